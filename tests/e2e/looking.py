"""Looking at pages in a browser: nothing that axe objects to, nothing wider than the screen."""

from collections.abc import Iterable

from axe_playwright_python.sync_playwright import Axe


def objections(site, visit, pages: Iterable[tuple[str, str]], width: int) -> list[str]:
    """What is wrong with the pages, for whoever looks at each; every page must be found."""
    browsers: dict = {}
    wrong = []
    for person, path in pages:
        page = browsers.get(person) or browsers.setdefault(person, visit(person, width=width))
        response = page.goto(path.format(**site.ids))
        assert response.status == 200, path
        found = Axe().run(page)
        if found.violations_count:
            wrong.append(f"{path} for {person or 'a visitor'}:\n{found.generate_report()}")
        if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
            wrong.append(f"{path} is {wide} pixels wide")
    return wrong
