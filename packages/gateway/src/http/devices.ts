/** The caller's devices: registered for push, listed, revoked. */
import { toWire } from "@parley/domain/Timestamp"
import type { Device as DeviceOf } from "@parley/domain/user/state"
import { decoder } from "@parley/domain/wire/decode"
import { Device, Devices, PutDevice } from "@parley/domain/wire/users"
import { Users } from "@parley/runtime/Users"
import * as Effect from "effect/Effect"
import { AccessTokens } from "../auth/AccessTokens.ts"
import { deviceParam } from "../documents/parameters.ts"
import { refuse, unavailable } from "../problems.ts"
import { DevicePushes, plainPush } from "../push/DevicePushes.ts"
import { json } from "./Answer.ts"
import type { Route } from "./Api.ts"
import { askUser, freshDeviceOf } from "./askUser.ts"
import { authenticate, originOf, readBody } from "./Call.ts"
import { deviceOf, noDevice } from "./named.ts"

const decodeDevice = decoder(PutDevice)

const shown = (id: string, { platform, provider, registeredAt }: DeviceOf): Device => ({
  device_id: id,
  platform,
  ...(provider === undefined ? {} : { push: { provider } }),
  registered_at: toWire(registeredAt),
})

export const devices: ReadonlyArray<Route> = [
  {
    method: "PUT",
    path: "/v1/devices/:device_id",
    about: {
      summary: "Register a device",
      description:
        "The whole device: a push that is left out is taken away. A revoked device may connect again from then on. At most 50. Not needed for a connection.",
      group: "Devices",
      security: "access",
      params: { device_id: deviceParam },
      body: {
        schema: PutDevice,
        example: { platform: "android", push: { provider: "fcm", token: "fVq2:APA91bH" } },
      },
      answers: { 200: { about: "The device; its token or subscription is never shown.", schema: Device } },
      errors: ["forbidden", "unprocessable"],
    },
    handle: Effect.fn("PUT /v1/devices/{device_id}")(function* (call, { limits }) {
      const access = yield* authenticate(yield* AccessTokens, call)
      const device = yield* freshDeviceOf(call)
      const body = yield* readBody(call, decodeDevice, limits.json_depth)
      const { platform } = body
      const push = body.push === undefined ? undefined : plainPush(body.push)
      const pushes = yield* DevicePushes
      const refusal = push === undefined ? undefined : pushes.refusal(push)
      if (refusal !== undefined)
        return yield* refuse("bad_request", "Nothing can be sent to this subscription.", {
          errors: [{ path: "push.subscription.endpoint", message: `Refused: ${refusal}` }],
        })
      yield* askUser({
        _tag: "RegisterDevice",
        origin: originOf(call, access),
        device,
        platform,
        ...(push === undefined ? {} : { push }),
      })
      if (push !== undefined)
        yield* pushes
          .taken(push, { user: access.userId, device }, call.requestId)
          .pipe(Effect.mapError(unavailable))
      const users = yield* Users
      const stands = (yield* users.devices(access.userId).pipe(Effect.mapError(unavailable))).get(device)
      // Revoked again meanwhile.
      return stands === undefined ? yield* noDevice() : json(200, shown(device, stands))
    }),
  },
  {
    method: "DELETE",
    path: "/v1/devices/:device_id",
    about: {
      summary: "Revoke a device",
      description:
        "Its connections are closed 4503 at once, its stream tokens are void, and it gets no other until it is registered again. It need not have been registered: every id under which somebody is connected can be revoked.",
      group: "Devices",
      security: "access",
      params: { device_id: deviceParam },
      answers: { 204: { about: "It is revoked." } },
      errors: ["forbidden", "not_found"],
    },
    handle: Effect.fn("DELETE /v1/devices/{device_id}")(function* (call) {
      const access = yield* authenticate(yield* AccessTokens, call)
      const device = yield* deviceOf(call)
      yield* askUser({ _tag: "RevokeDevice", origin: originOf(call, access), device })
      return { status: 204 }
    }),
  },
  {
    method: "GET",
    path: "/v1/devices",
    about: {
      summary: "List one's devices",
      group: "Devices",
      security: "access",
      answers: { 200: { about: "All that are registered, by id.", schema: Devices } },
      errors: [],
    },
    handle: Effect.fn("GET /v1/devices")(function* (call) {
      const access = yield* authenticate(yield* AccessTokens, call)
      const users = yield* Users
      const own = yield* users.devices(access.userId).pipe(Effect.mapError(unavailable))
      const items = [...own].map(([id, device]) => shown(id, device))
      items.sort((a, b) => (a.device_id < b.device_id ? -1 : 1))
      return json(200, { items } satisfies Devices)
    }),
  },
]
