/** A connection that has synced. */
import { receive } from "../../src/stream/receive.ts"
import type { Session } from "../../src/stream/Session.ts"
import { type TestWire, settle } from "./TestWire.ts"
import type { World } from "./World.ts"

export interface Online {
  readonly session: Session
  readonly wire: TestWire
  /** What this frame brings about, as a story. */
  readonly give: (frame: object) => Promise<ReadonlyArray<string>>
}

/** From now on, nothing replayed. */
export const online = async (world: World, user: string, device = "phone"): Promise<Online> => {
  const { session, wire, hello } = world.connect(user, device)
  const give = async (frame: object): Promise<ReadonlyArray<string>> => {
    const before = wire.frames.length
    receive(session, Buffer.from(JSON.stringify(frame)), false)
    await settle()
    return wire.story(before)
  }
  await give({ id: "s", type: "sync", payload: { cursor: hello } })
  return { session, wire, give }
}

/** Catches up from a cursor, on a new connection. */
export const syncFrom = async (
  world: World,
  user: string,
  payload: { readonly cursor?: string; readonly known?: Readonly<Record<string, number>> },
  device = "phone",
): Promise<TestWire> => {
  const { session, wire } = world.connect(user, device)
  receive(session, Buffer.from(JSON.stringify({ id: "s", type: "sync", payload })), false)
  await settle()
  return wire
}

export const cursorNow = (world: World, user: string): string =>
  world.context.cursors.seal(user, { epoch: world.context.epoch, position: world.position })
