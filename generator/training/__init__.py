"""Models trained on licensed works only, with their lineage: what they learned from, under which licence, and how.

>>> works = TrainingSet.of_table(Path("works.csv"), Path("works"))                                    # doctest: +SKIP
>>> allowed = permitted(works, territories=("DE",), at=datetime.now(UTC))                             # doctest: +SKIP
>>> start(Path("run"), kind="look", name="harbour", training_set=allowed, settings={}, seed=1, steps=3000)  # doctest: +SKIP
>>> run(Path("run")).model_dir                                                                        # doctest: +SKIP
PosixPath('run/model')
"""
