/** How calls about persistent subscriptions end badly. */
import * as grpc from "@grpc/grpc-js"
import { CallRefused } from "../failures.ts"
import type { Source } from "./definition.ts"

interface Named {
  readonly source: Source
  readonly group: string
}

const refusal =
  (code: grpc.status, exception: string, what: string) =>
  ({ source, group }: Named, reason?: string): CallRefused =>
    new CallRefused({
      code,
      details: `Subscription group ${group} on stream ${source} ${what}.`,
      trailers: {
        exception,
        "stream-name": source,
        "group-name": group,
        ...(reason === undefined ? {} : { reason }),
      },
    })

export const doesNotExist = refusal(
  grpc.status.NOT_FOUND,
  "persistent-subscription-does-not-exist",
  "does not exist",
)
export const exists = refusal(grpc.status.ALREADY_EXISTS, "persistent-subscription-exists", "exists")
export const tooManySubscribers = refusal(
  grpc.status.FAILED_PRECONDITION,
  "maximum-subscribers-reached",
  "has its maximum of subscribers",
)
/** The group was changed, deleted or lost its source: whoever subscribed may subscribe again, if it is still there. */
export const dropped = refusal(
  grpc.status.CANCELLED,
  "persistent-subscription-dropped",
  "dropped its subscribers",
)
