/** The conversation does not exist for this actor: a stranger and an ex-member cannot tell it from one that never was. */
import { type Rejected, reject } from "../Decision.ts"
import { rejection } from "../Rejection.ts"

const nothing = reject(rejection("not_found", "There is no such conversation."))

export const notFound = (): Rejected => nothing
