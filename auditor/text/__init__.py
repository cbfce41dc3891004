"""Words of films: reading screenplays and subtitles safely, and finding what they share with registered scripts.

>>> library = TextLibrary.open(Path("var/scripts"), create=True)                    # doctest: +SKIP
>>> library.add("work-7", Path("film.fountain"), title="Film")                      # doctest: +SKIP
>>> library.match(read_script(Path("take.srt")))                                    # doctest: +SKIP
"""

from auditor.text.library import TextLibrary, TextMatch, text_finding
from auditor.text.reading import Script, ScriptLine, read_script

__all__ = ["Script", "ScriptLine", "TextLibrary", "TextMatch", "read_script", "text_finding"]
