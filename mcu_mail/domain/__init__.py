"""The rules of the regulation: pure functions over frozen values, standard library only.

`now` is always an argument. A clause of the decree is cited where a rule comes from it.
"""
