"""How well copies are found, ours and its peers in the same run on the same files: ``python -m tests.bench.matching``.

    tests/bench/matching/fetch-media.sh              once: media with usable licences into the cache, none into the project
    python -m tests.bench.matching images --split development
    python -m tests.bench.matching videos --split development
    python -m tests.bench.matching report            docs/benchmarks/matching.md and its plots

``splits.trials("images" | "videos", split)`` yields every (query file, truth) of one split; ``splits.references`` what is
registered. Files of ``scoring`` decide nothing but the figures; thresholds come from ``calibration``, ideas are tried on
``development``.
"""
