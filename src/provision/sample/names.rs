//! Names of many cultures, ten given and ten family names each, in Latin letters.

/// Given names and family names that go together, separated by spaces.
pub(super) const CULTURES: [(&str, &str); 12] = [
    (
        "Zoë Björn Astrid Lars Freja Emil Ingrid Nils Sigrid Axel",
        "Lindqvist Bergström Holm Dahl Nyström Ekman Sjöberg Lund Hallberg Åkesson",
    ),
    (
        "Amara Chidi Ngozi Emeka Adaeze Tunde Folake Kelechi Yetunde Segun",
        "Okafor Adeyemi Nwosu Balogun Eze Oyelaran Abiodun Onuoha Ogunleye Ibekwe",
    ),
    (
        "Lucía Mateo Sofía Andrés Valentina Joaquín Camila Iván Ximena Raúl",
        "Herrera Quintana Muñoz Castaño Ibáñez Rosales Villalba Peña Carvajal Núñez",
    ),
    (
        "Haruka Kenji Yuki Daichi Aoi Sora Mei Takumi Hina Ren",
        "Nakamura Fujimoto Hayashi Kobayashi Ishikawa Morita Okada Sakamoto Ueda Yamashita",
    ),
    (
        "Priya Arjun Ananya Vikram Kavya Rohan Meera Aditya Lakshmi Nikhil",
        "Iyer Bhattacharya Kulkarni Menon Chaudhary Deshpande Nair Rao Saxena Trivedi",
    ),
    (
        "Agnieszka Łukasz Małgorzata Paweł Zofia Michał Żaneta Tomasz Ewa Grzegorz",
        "Wójcik Zieliński Kamiński Dąbrowska Jabłoński Mazur Sikora Baran Głowacki Piątek",
    ),
    (
        "Layla Omar Yasmin Karim Nadia Tariq Salma Hassan Rania Ziad",
        "Haddad Mansour Khoury Farouk Nasser Sabbagh Shaheen Barakat Qasim Darwish",
    ),
    ("Mei-Ling Wei Xiaoyu Jun Lihua Bo Fang Hao Yan Ming", "Zhang Liu Huang Zhao Wu Zhou Xu Sun Guo Lin"),
    (
        "Claire Étienne Amélie Benoît Chloé Rémi Margaux Théo Noémie Luc",
        "Lefèvre Moreau Girard Fontaine Rousseau Blanchard Mercier Perrin Gauthier Dubois",
    ),
    (
        "Ayşe Mehmet Elif Emre Zeynep Burak Defne Kerem Gül Onur",
        "Yılmaz Demir Şahin Çelik Yıldız Öztürk Aydın Arslan Doğan Kılıç",
    ),
    (
        "Siobhán Declan Aoife Cormac Niamh Eoin Róisín Fergus Gráinne Pádraig",
        "Byrne Gallagher Doherty Kavanagh Nolan Brennan Sheridan Tierney Mulcahy Keane",
    ),
    ("Nguyet Minh Linh Quang Thảo Huy Trang Phúc Hạnh Dũng", "Tran Pham Hoang Vu Dang Bui Ngo Duong Ly Dinh"),
];

/// A letter without its marks, for an address.
pub(super) fn plain(letter: char) -> char {
    const LETTERS: [(&str, char); 16] = [
        ("áàâäåãąảạ", 'a'),
        ("ÁÀÂÄÅ", 'A'),
        ("çćč", 'c'),
        ("ÇĆČ", 'C'),
        ("éèêëę", 'e'),
        ("ÉÈÊË", 'E'),
        ("íìîïı", 'i'),
        ("łŁ", 'l'),
        ("ñńň", 'n'),
        ("óòôöõ", 'o'),
        ("ÖÓ", 'O'),
        ("śşšŚŞŠ", 's'),
        ("úùûüũụ", 'u'),
        ("ÜÚ", 'U'),
        ("źżžŻ", 'z'),
        ("ğĞ", 'g'),
    ];
    LETTERS.iter().find(|(marked, _)| marked.contains(letter)).map_or(letter, |(_, plain)| *plain)
}
