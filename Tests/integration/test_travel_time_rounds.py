"""Travel times are the same integers in Python as on the validators, without the executable."""

import travel_time_rounds


def test_python_recomputes_a_thousand_rounds():
    assert travel_time_rounds.results() == travel_time_rounds.recorded()
