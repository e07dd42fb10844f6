//! Random filters over the attributes of one kind of resource, valid ones only.

use proptest::prelude::*;
use rollcall::scim::filter::{Condition, Expression, Literal, Name, Operator, Test};
use rollcall::scim::schema::ResourceKind;

use super::attributes::{self, Attribute, Ty};
use super::directory::{INSTANTS, LITERALS, instant};

/// Any filter of resources of `kind`.
pub fn any_expression(kind: ResourceKind) -> BoxedStrategy<Expression> {
    let condition = prop::sample::select(attributes::of(kind)).prop_flat_map(any_condition).boxed();
    let elements = prop::sample::select(attributes::containers(kind)).prop_flat_map(|container| {
        let inside = prop::sample::select(container.subs).prop_flat_map(any_condition).boxed();
        let name = any_letter_case(container.name);
        (name, connected(inside.clone().prop_map(Expression::Condition).boxed()), prop::option::of(inside))
            .prop_map(|(attribute, filter, sub)| Expression::Elements {
                attribute,
                filter: Box::new(filter),
                sub,
            })
    });
    connected(prop_oneof![3 => condition.prop_map(Expression::Condition), 2 => elements].boxed())
}

fn connected(leaf: BoxedStrategy<Expression>) -> BoxedStrategy<Expression> {
    leaf.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Expression::And),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Expression::Or),
            inner.prop_map(|inner| Expression::Not(Box::new(inner))),
        ]
    })
    .boxed()
}

fn any_condition(attribute: Attribute) -> impl Strategy<Value = Condition> {
    (any_letter_case(attribute.name), any_test(attribute.ty))
        .prop_map(|(attribute, test)| Condition { attribute, test })
}

fn any_test(ty: Ty) -> BoxedStrategy<Test> {
    let presence = prop_oneof![
        Just(Test::Present),
        Just(Test::Compare(Operator::Equal, Literal::Null)),
        Just(Test::Compare(Operator::NotEqual, Literal::Null)),
    ];
    let compared = |operators: &'static [Operator], literal: BoxedStrategy<Literal>| {
        (prop::sample::select(operators), literal)
            .prop_map(|(operator, literal)| Test::Compare(operator, literal))
    };
    match ty {
        Ty::Complex => presence.boxed(),
        Ty::Boolean => {
            prop_oneof![1 => presence, 4 => compared(&ANY[..2], any::<bool>().prop_map(Literal::Boolean).boxed())]
                .boxed()
        }
        Ty::Instant => prop_oneof![1 => presence, 8 => compared(&ANY[..6], any_instant().boxed())].boxed(),
        Ty::Text | Ty::Exact => {
            let text = prop::sample::select(LITERALS).prop_map(|text| Literal::Text(text.to_owned()));
            prop_oneof![1 => presence, 8 => compared(ANY, text.boxed())].boxed()
        }
    }
}

const ANY: &[Operator] = &[
    Operator::Equal,
    Operator::NotEqual,
    Operator::Greater,
    Operator::GreaterOrEqual,
    Operator::Less,
    Operator::LessOrEqual,
    Operator::Contains,
    Operator::StartsWith,
    Operator::EndsWith,
];

/// One of the instants of the directory, with an offset.
fn any_instant() -> impl Strategy<Value = Literal> {
    (0..INSTANTS, prop::sample::select(&[0i64, 2, 11][..])).prop_map(|(index, hours)| {
        let local = rollcall::model::time::Timestamp::from_millis(instant(index)).plus_seconds(hours * 3600);
        Literal::Text(local.to_string().replace('Z', &format!("+{hours:02}:00")))
    })
}

fn any_letter_case(name: &'static str) -> impl Strategy<Value = Name> {
    let text = prop_oneof![Just(name.to_owned()), Just(name.to_uppercase()), Just(name.to_lowercase())];
    text.prop_map(|text| Name { text, position: 0 })
}
