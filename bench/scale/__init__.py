"""`python -m bench scale`: every route and every main screen over 10⁴, 10⁵ and 10⁶ assignments, and the plan of every statement."""
