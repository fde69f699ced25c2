/** What a refusal or a failure says to a person. What is neither is thrown on: it is a mistake of ours. */
import { ParleyError, type Problem } from "@parley/client/Problem"
import { problemText } from "../language/problems.ts"

export const problemOf = (error: unknown): Problem => {
  if (error instanceof ParleyError) return error.problem
  throw error
}

export const sentenceOf = (error: unknown): string => problemText(problemOf(error))
