"""What every API endpoint does alike."""

from portal.kernel.api.problems import answer_exception, problem_answer

__all__ = ["answer_exception", "problem_answer"]
