//! The syntax tree of a filter: what was written, before any name is looked up or any literal is checked.

/// A filter (RFC 7644 Figure 1).
#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    /// Two or more that must all hold.
    And(Vec<Expression>),
    /// Two or more of which one must hold.
    Or(Vec<Expression>),
    /// One that must not hold.
    Not(Box<Expression>),
    /// A test of one attribute.
    Condition(Condition),
    /// `emails[type eq "work"]`: one element satisfies `filter`, and the test of its sub-attribute if there is one.
    Elements {
        /// The attribute before the bracket.
        attribute: Name,
        /// What is between the brackets. It holds no `Elements`: nested value paths are refused.
        filter: Box<Expression>,
        /// `.value eq "x"` after the bracket: not in the RFC's grammar, but Entra ID sends it.
        sub: Option<Condition>,
    },
}

impl Expression {
    /// How many tests of attributes it has.
    pub fn terms(&self) -> usize {
        match self {
            Expression::And(parts) | Expression::Or(parts) => parts.iter().map(Expression::terms).sum(),
            Expression::Not(inner) => inner.terms(),
            Expression::Condition(_) => 1,
            Expression::Elements { filter, sub, .. } => filter.terms() + usize::from(sub.is_some()),
        }
    }
}

/// A test of one attribute.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// The attribute.
    pub attribute: Name,
    /// What it must satisfy.
    pub test: Test,
}

/// What an attribute must satisfy.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// `pr`
    Present,
    /// A comparison with a literal.
    Compare(Operator, Literal),
}

/// An attribute name as written: maybe dotted, maybe after a URN. Splitting it is the resolver's job.
#[derive(Clone, Debug)]
pub struct Name {
    /// The name.
    pub text: String,
    /// Where it begins: the first character of the filter or path is 1.
    pub position: usize,
}

/// Where a name was written is no part of what the filter says.
impl PartialEq for Name {
    fn eq(&self, other: &Name) -> bool {
        self.text == other.text
    }
}

/// A comparison operator (RFC 7644 Table 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `eq`
    Equal,
    /// `ne`
    NotEqual,
    /// `co`
    Contains,
    /// `sw`
    StartsWith,
    /// `ew`
    EndsWith,
    /// `gt`
    Greater,
    /// `ge`
    GreaterOrEqual,
    /// `lt`
    Less,
    /// `le`
    LessOrEqual,
}

impl Operator {
    /// Every operator with its keyword.
    pub const ALL: [(&'static str, Operator); 9] = [
        ("eq", Operator::Equal),
        ("ne", Operator::NotEqual),
        ("co", Operator::Contains),
        ("sw", Operator::StartsWith),
        ("ew", Operator::EndsWith),
        ("gt", Operator::Greater),
        ("ge", Operator::GreaterOrEqual),
        ("lt", Operator::Less),
        ("le", Operator::LessOrEqual),
    ];

    /// The operator that `word` names, in any letter case.
    pub fn from_keyword(word: &str) -> Option<Operator> {
        Operator::ALL
            .iter()
            .find(|(keyword, _)| keyword.eq_ignore_ascii_case(word))
            .map(|(_, operator)| *operator)
    }

    /// The keyword, such as `eq`.
    pub fn keyword(self) -> &'static str {
        Operator::ALL.iter().find(|(_, operator)| *operator == self).map_or("", |(keyword, _)| keyword)
    }
}

/// A literal: a JSON value that is neither array nor object.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// A string, or an unquoted word taken as one.
    Text(String),
    /// A number.
    Number(serde_json::Number),
    /// `true` or `false`
    Boolean(bool),
    /// `null`
    Null,
}

/// The path of a PATCH operation (RFC 7644 Figure 7).
#[derive(Clone, Debug, PartialEq)]
pub struct PatchPath {
    /// The attribute, dotted sub-attribute and URN included where there is no filter.
    pub attribute: Name,
    /// The filter between brackets.
    pub filter: Option<Expression>,
    /// The sub-attribute after the brackets.
    pub sub: Option<Name>,
}
