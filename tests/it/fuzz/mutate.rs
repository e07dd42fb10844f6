//! Random changes of bytes.

/// splitmix64: enough for drawing test inputs.
pub struct Random(pub u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`; 0 if that is 0.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end.max(1)).unwrap()).unwrap()
    }

    fn pick<'a, T: ?Sized>(&mut self, from: &'a [&'a T]) -> &'a T {
        from[self.below(from.len())]
    }
}

/// What means something to one of the readers.
const WORDS: &[&[u8]] = &[
    b" and ",
    b" or ",
    b"not (",
    b"not",
    b"(",
    b")",
    b"[",
    b"]",
    b" eq ",
    b" ne ",
    b" co ",
    b" sw ",
    b" pr",
    b" gt ",
    b"\"",
    b"\\\"",
    b"\\",
    b"\\u0000",
    b"\\ud800",
    b".",
    b":",
    b",",
    b"{",
    b"}",
    b"{}",
    b"[]",
    b"null",
    b"true",
    b"\"False\"",
    b"-1",
    b"0",
    b"1e999",
    b"18446744073709551616",
    b"99999999999999999999",
    b"\"value\"",
    b"\"path\"",
    b"\"op\"",
    b"\"add\"",
    b"\"remove\"",
    b"\"replace\"",
    b"\"schemas\"",
    b"\"members\"",
    b"\"active\"",
    b"\"primary\":true",
    b"emails",
    b"members",
    b"userName",
    b"urn:ietf:params:scim:schemas:core:2.0:User",
    b"urn:",
    b"$ref",
    b"%",
    b"%FF",
    b"%20",
    b"%2F",
    b"+",
    b"&",
    b"=",
    b"?",
    b"/",
    b"//",
    b"#",
    b" ",
    b"\0",
    b"\xff",
    b"\xc3\xa9",
    b"\xed\xa0\x80",
    b"\xef\xbb\xbf",
    b"\r\n",
    b"\n",
    b"\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    b"Host: a\r\n",
    b"HTTP/1.0",
    b"Content-Length: 5\r\n",
    b"Content-Length: 0\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Connection: close\r\n",
    b"Expect: 100-continue\r\n",
    b"0\r\n\r\n",
    b"5\r\nhello\r\n",
    b"FFFFFFFFFFFFFFFF\r\n",
];

/// Inputs stay below this: what is over a limit of size is refused at once, and tells nothing.
const MOST_BYTES: usize = 20_000;

/// One of the seeds, changed a few times.
pub fn mutated(random: &mut Random, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = seeds[random.below(seeds.len())].clone();
    for _ in 0..random.below(8) {
        change(random, &mut bytes, seeds);
        bytes.truncate(MOST_BYTES);
    }
    bytes
}

fn change(random: &mut Random, bytes: &mut Vec<u8>, seeds: &[Vec<u8>]) {
    let at = random.below(bytes.len() + 1);
    let until = at + random.below((bytes.len() - at).min(64) + 1);
    match random.below(8) {
        0 if at < bytes.len() => bytes[at] ^= 1 << random.below(8),
        1 if at < bytes.len() => bytes[at] = u8::try_from(random.below(256)).unwrap(),
        2 => drop(bytes.drain(at..until)),
        3 => {
            let part = bytes[at..until].repeat(1 + random.below(40));
            drop(bytes.splice(at..at, part));
        }
        4 => {
            let other = &seeds[random.below(seeds.len())];
            let from = random.below(other.len() + 1);
            drop(bytes.splice(at..until, other[from..].iter().copied()));
        }
        5 => bytes.truncate(at),
        _ => drop(bytes.splice(at..until, random.pick(WORDS).iter().copied())),
    }
}
