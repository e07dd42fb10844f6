//! What goes out: webhooks.

use super::notation::{Schema, object};

pub(super) const SCHEMAS: &[Schema] = &[
    object(
        "Webhook",
        "An endpoint that is told of events.",
        &[
            ("id", "string"),
            ("url", "string"),
            ("description", "string"),
            ("types", "[string]"),
            ("enabled", "boolean"),
            ("disabled_reason", "string?"),
            ("after", "string"),
            ("failures", "integer"),
            ("failing_since", "time?"),
            ("next_attempt_at", "time?"),
            ("old_secret_until", "time?"),
            ("created_at", "time"),
            ("changed_at", "time"),
        ],
    ),
    object(
        "MadeWebhook",
        "An endpoint with its secret, which is in this answer and in no other.",
        &[("...", "@Webhook"), ("secret", "string")],
    ),
    object(
        "NewWebhook",
        "An endpoint; it is told of what happens from now on, unless after says otherwise.",
        &[
            ("url", "string"),
            ("types?", "[string]"),
            ("description?", "string"),
            ("enabled?", "boolean"),
            ("after?", "string"),
        ],
    ),
    object(
        "WebhookChange",
        "What is left out stays.",
        &[
            ("url?", "string"),
            ("types?", "[string]"),
            ("description?", "string"),
            ("enabled?", "boolean"),
            ("after?", "string"),
        ],
    ),
    object(
        "Delivery",
        "A message to an endpoint.",
        &[
            ("id", "string"),
            ("message_id", "string"),
            ("source", "string"),
            ("event_id", "string?"),
            ("type", "string"),
            ("status", "string"),
            ("attempts", "integer"),
            ("created_at", "time"),
            ("attempted_at", "time?"),
            ("response_status", "integer?"),
            ("duration_ms", "integer?"),
            ("error", "string?"),
        ],
    ),
];
