"""Tables of sources: what is read, and what is said of every mistake."""

from pathlib import Path

import pytest

from collect.errors import ConfigurationError
from collect.sites.load import hosts_of, is_allowed, load_sites
from collect.sites.model import Site

LIST = 'lists = ["http://www.example.gov.cn/nb/"]\n'


def write(folder, **files):
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text, "utf-8")
    return folder


def test_sites_are_read_by_file_and_in_the_order_of_each(tmp_path):
    write(tmp_path, b=f"[second]\n{LIST}\n[third]\n{LIST}", a=f'["first.one"]\n{LIST}title = "青禾市"\ndue_months = [1, 2]\n')
    sites = load_sites(tmp_path)
    assert [site.name for site in sites] == ["first.one", "second", "third"]
    assert (sites[0].title, sites[0].due_months, sites[0].delay, sites[0].enabled, sites[0].private) == (
        "青禾市",
        (1, 2),
        2.0,
        True,
        False,
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[a]\ntitle = 'x'\n", ["f.toml [a] lists", "Add it."]),
        ("[a]\nlists = []\n", ["f.toml [a] lists", "Give at least one."]),
        ("[a]\nlists = 'http://x.cn/'\n", ["f.toml [a] lists", "Write it as one"]),
        ("[a]\nlists = ['www.example.gov.cn/nb/']\n", ["f.toml [a] lists.0", "no address", "http://"]),
        ("[a]\nlists = ['http://me:secret@x.cn/']\n", ["f.toml [a] lists.0", "holds a user's name"]),
        (f"[a]\n{LIST}frequency = 3\n", ["f.toml [a] frequency", "there is no such field"]),
        (f"[a]\n{LIST}family = 'wordpress'\n", ["f.toml [a] family", "'trs', 'hanweb'"]),
        (f"[a]\n{LIST}encoding = 'gbx'\n", ["f.toml [a] encoding", "no encoding"]),
        (f"[a]\n{LIST}link = '('\n", ["f.toml [a] link", "no regular expression"]),
        (f"[a]\n{LIST}hosts = ['http://files.x.cn/']\n", ["f.toml [a] hosts.0", "give the name alone"]),
        (f"[a]\n{LIST}delay = -1\n", ["f.toml [a] delay", "greater than or equal to 0"]),
        (f"[a]\n{LIST}due_months = [13]\n", ["f.toml [a] due_months.0", "13 is no month"]),
        (f"[a]\n{LIST}every_days = 'often'\n", ["f.toml [a] every_days", "integer"]),
        (f"['A B']\n{LIST}", ["f.toml [A B] name", "a name is small letters"]),
        (f"[a]\nname = 'b'\n{LIST}", ["f.toml [a] name", "the table's key is the name"]),
        (f"[a.b]\n{LIST}", ["f.toml [a]", "needs quotes"]),
        ("title = 'x'\n", ["'title' stands outside any table"]),
        ("[a\n", ["f.toml: no valid TOML", "line 1"]),
    ],
)
def test_every_mistake_is_told_with_its_place_and_what_to_do(tmp_path, text, says):
    with pytest.raises(ConfigurationError) as told:
        load_sites(write(tmp_path, f=text))
    for part in says:
        assert part in str(told.value)
    assert "secret" not in str(told.value)
    assert told.value.exit_code == 78


def test_all_mistakes_of_all_files_are_told_at_once(tmp_path):
    write(tmp_path, a=f"[one]\n{LIST}[two]\nlists = []\n", b=f"[one]\n{LIST}[three]\ndelay = 'x'\n")
    with pytest.raises(ConfigurationError) as told:
        load_sites(tmp_path)
    lines = [line for line in str(told.value).splitlines() if line.startswith("- ")]
    assert [line.split(":")[0] for line in lines] == [
        "- a.toml [two] lists",
        "- b.toml [one]",
        "- b.toml [three] lists",
        "- b.toml [three] delay",
    ]
    assert "the name is taken in a.toml" in str(told.value)


@pytest.mark.parametrize("make", [lambda path: path / "missing", lambda path: path])
def test_a_folder_without_sources_is_told(tmp_path, make):
    with pytest.raises(ConfigurationError):
        load_sites(make(tmp_path))


def test_what_may_be_asked_for():
    site = Site(name="a", lists=("http://www.x.gov.cn:8080/nb/",), hosts=("Files.x.gov.cn",), exclude=r"/private/|\.mp4$")
    assert hosts_of(site) == {"www.x.gov.cn:8080", "x.gov.cn:8080", "files.x.gov.cn", "www.files.x.gov.cn"}
    assert hosts_of(Site(name="b", lists=("http://122.137.242.24:8080/pub/",))) == {"122.137.242.24:8080"}
    for url, allowed in (
        ("http://www.x.gov.cn:8080/a", True),
        ("https://files.x.gov.cn/a.pdf", True),
        ("http://www.x.gov.cn/a", False),
        ("http://www.x.gov.cn:8080/private/a", False),
        ("http://www.x.gov.cn:8080/a.mp4", False),
        ("http://user@files.x.gov.cn/a", True),
        ("http://files.x.gov.cn@evil.example/a", False),
        ("ftp://files.x.gov.cn/a", False),
        ("file:///etc/passwd", False),
    ):
        assert is_allowed(url, site) is allowed, url


def test_the_sources_of_the_project_are_read_and_off():
    sites = load_sites(Path(__file__).parent.parent / "sources")
    assert sites
    assert [site.name for site in sites if site.enabled or site.private] == []
