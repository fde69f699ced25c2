/** The calls about groups: make, change, delete, tell, list, and have parked events handed over again. */
import type * as Persistent from "@eventstore/db-client/generated/persistent_pb.js"
import type * as grpc from "@grpc/grpc-js"
import * as Effect from "effect/Effect"
import { type CallRefused, invalid, parsed } from "../failures.ts"
import { persistent, shared } from "../generated.ts"
import { numberOf, streamNameOf } from "../wireNames.ts"
import { allSource, groupOf, wantedOf } from "./definition.ts"
import type { Groups } from "./Groups.ts"
import { reportOf } from "./report.ts"

type Unary<Request, Answer> = (
  call: grpc.ServerUnaryCall<Request, Answer>,
) => Effect.Effect<Answer, CallRefused>

export const createCall =
  (groups: Groups): Unary<Persistent.CreateReq, Persistent.CreateResp> =>
  ({ request }) =>
    parsed(() => wantedOf(request.getOptions())).pipe(
      Effect.flatMap((wanted) => groups.create(wanted)),
      Effect.map(() => new persistent.CreateResp()),
    )

export const updateCall =
  (groups: Groups): Unary<Persistent.UpdateReq, Persistent.UpdateResp> =>
  ({ request }) =>
    parsed(() => wantedOf(request.getOptions())).pipe(
      Effect.flatMap((wanted) => groups.update(wanted)),
      Effect.map(() => new persistent.UpdateResp()),
    )

export const deleteGroupCall =
  (groups: Groups): Unary<Persistent.DeleteReq, Persistent.DeleteResp> =>
  ({ request }) =>
    parsed(() => groupOf(request.getOptions())).pipe(
      Effect.flatMap((named) => groups.delete(named)),
      Effect.map(() => new persistent.DeleteResp()),
    )

export const infoCall =
  (groups: Groups): Unary<Persistent.GetInfoReq, Persistent.GetInfoResp> =>
  ({ request }) =>
    parsed(() => groupOf(request.getOptions())).pipe(
      Effect.flatMap((named) => groups.find(named)),
      Effect.map((group) => new persistent.GetInfoResp().setSubscriptionInfo(reportOf(group))),
    )

export const replayCall =
  (groups: Groups): Unary<Persistent.ReplayParkedReq, Persistent.ReplayParkedResp> =>
  ({ request }) =>
    Effect.gen(function* () {
      const options = request.getOptions()
      const group = yield* groups.find(yield* parsed(() => groupOf(options)))
      const limit = options?.hasStopAt() === true ? numberOf(options.getStopAt()) : Infinity
      group.replayParked(limit)
      return new persistent.ReplayParkedResp()
    })

export const listCall =
  (groups: Groups): Unary<Persistent.ListReq, Persistent.ListResp> =>
  ({ request }) =>
    parsed(() => {
      const options = request.getOptions()
      const of = options?.getListForStream()
      if (of === undefined && options?.hasListAllSubscriptions() !== true)
        throw invalid("a list is of all subscriptions or of a stream's")
      const source = of === undefined ? undefined : of.hasAll() ? allSource : streamNameOf(of.getStream())
      const listed = groups.all.filter(
        ({ definition }) => source === undefined || definition.source === source,
      )
      return new persistent.ListResp().setSubscriptionsList(listed.map(reportOf))
    })

export const restartCall =
  (groups: Groups): Unary<unknown, InstanceType<typeof shared.Empty>> =>
  () =>
    Effect.as(groups.restart, new shared.Empty())
