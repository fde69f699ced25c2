/** The devices of a person: registered for push, and revoked, which ends their connections. */
import { type Decision, reject } from "../Decision.ts"
import { rejection } from "../Rejection.ts"
import { mostDevices } from "./bounds.ts"
import type { Done, DropPush, RegisterDevice, RevokeDevice } from "./commands.ts"
import { done } from "./done.ts"
import type { UserEvent } from "./events.ts"
import { stamp } from "./stamp.ts"
import type { Known } from "./state.ts"

const tooMany = rejection("unprocessable", `A person has at most ${mostDevices} devices: remove one first.`)

export const registerDevice = (state: Known, command: RegisterDevice): Decision<UserEvent, Done> => {
  const { device, platform, push } = command
  const stood = state.devices.get(device)
  // The provider is under the MAC, too: see the runtime's `prepare`.
  if (stood !== undefined && stood.platform === platform && stood.pushMac === push?.mac) return done()
  if (stood === undefined && state.devices.size >= mostDevices) return reject(tooMany)
  return done({
    _tag: "DeviceRegistered",
    ts: stamp(state, command),
    device_id: device,
    platform,
    ...(push === undefined ? {} : { provider: push.provider, push: push.sealed, push_mac: push.mac }),
  })
}

/** Whether or not it was ever registered: who is connected under this id is cut off. */
export const revokeDevice = (state: Known, command: RevokeDevice): Decision<UserEvent, Done> =>
  state.revoked.has(command.device)
    ? done()
    : done({ _tag: "DeviceRevoked", ts: stamp(state, command), device_id: command.device })

export const dropPush = (state: Known, command: DropPush): Decision<UserEvent, Done> =>
  state.devices.get(command.device)?.pushMac === command.mac
    ? done({
        _tag: "DevicePushDropped",
        ts: stamp(state, command),
        device_id: command.device,
        because: command.because,
      })
    : done()
