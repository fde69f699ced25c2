/** Commands of a user as they arrive at `decide`, and states made by deciding them. */
import type {
  Block,
  ChangeProfile,
  DropPush,
  MoveCursors,
  Mute,
  Personal,
  Register,
  RegisterDevice,
  RevokeDevice,
  UserCommand,
} from "@parley/domain/user/commands"
import { type UserDecision, decide } from "@parley/domain/user/decide"
import type { UserEvent } from "@parley/domain/user/events"
import { evolve } from "@parley/domain/user/evolve"
import { type UserState, initial } from "@parley/domain/user/state"

type More<Command> = Partial<Omit<Command, "_tag">>

const envelope = { actor: "ann", now: 1_000 }

export const personal = (text: string): Personal => ({
  sealed: { owner: "ann", box: Buffer.from(text).toString("base64") },
  mac: `mac of ${text}`,
})

export const conversation = (n: number): string => `cnv_${String(n).padStart(26, "0")}`

export const register = (more?: More<Register>): Register => ({ _tag: "Register", ...envelope, ...more })
export const change = (more?: More<ChangeProfile>): ChangeProfile => ({
  _tag: "ChangeProfile",
  ...envelope,
  ...more,
})
export const device = (name: string, more?: More<RegisterDevice>): RegisterDevice => ({
  _tag: "RegisterDevice",
  ...envelope,
  device: name,
  platform: "android",
  ...more,
})
export const push = (token: string): NonNullable<RegisterDevice["push"]> => ({
  ...personal(token),
  provider: "fcm",
})
export const revoke = (name: string, more?: More<RevokeDevice>): RevokeDevice => ({
  _tag: "RevokeDevice",
  ...envelope,
  device: name,
  ...more,
})
export const drop = (name: string, token: string, more?: More<DropPush>): DropPush => ({
  _tag: "DropPush",
  ...envelope,
  device: name,
  mac: personal(token).mac,
  because: "dead",
  ...more,
})
export const block = (user: string, _tag: Block["_tag"] = "Block"): Block => ({ _tag, ...envelope, user })
export const mute = (n: number, _tag: Mute["_tag"] = "Mute"): Mute => ({
  _tag,
  ...envelope,
  conversation: conversation(n),
})
export const moveCursors = (more?: More<MoveCursors>): MoveCursors => ({
  _tag: "MoveCursors",
  ...envelope,
  read: {},
  delivered: [],
  ...more,
})

export const eventsOf = (decision: UserDecision): ReadonlyArray<UserEvent> =>
  decision._tag === "Accepted" ? decision.events : []

export const fold = (events: ReadonlyArray<UserEvent>, from: UserState = initial): UserState =>
  events.reduce(evolve, from)

/** What stands after these commands, one decided after another. */
export const given = (...commands: ReadonlyArray<UserCommand>): UserState =>
  commands.reduce<UserState>((state, command) => fold(eventsOf(decide(state, command)), state), initial)

export const nothing = { _tag: "Accepted", events: [], answer: { _tag: "Done", changed: false } }
export const changed = (...events: ReadonlyArray<unknown>) => ({
  _tag: "Accepted",
  events,
  answer: { _tag: "Done", changed: true },
})
