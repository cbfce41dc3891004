"""The clearance binder: fifteen documents about a released film, each from rows alone, with a signed index.

``documents`` builds them, ``addressees`` says who gets which, ``index`` lists and signs, ``making`` makes one as a job. The
documents are in English, whatever the language of the pages: their terms are those of the forms and rules that they answer.
"""
