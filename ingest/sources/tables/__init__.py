"""Tables: registers of lessons, questions with answers, test collections."""
