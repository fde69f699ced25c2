/**
 * The published package's front door: `import { connect } from "@parley/client"`.
 *
 * Always true: what a stranger may rely on stands here; React's part is `@parley/client/react`, the service worker's
 * `@parley/client/pushWorker`. Packages of this repository import the files themselves.
 */
export { connect, type Parley } from "./connect.ts"
export type { TokenSource } from "./AccessToken.ts"
export type { Status } from "./Connection.ts"
export type { Entry, Message, Notice, Reaction } from "./Entry.ts"
export type { KeyValues } from "./KeyValues.ts"
export type { Change, Options } from "./Options.ts"
export type { Platform } from "./Platform.ts"
export type { PresenceOf } from "./Presence.ts"
export { ParleyError, type Problem } from "./Problem.ts"
export type { Tick } from "./Reading.ts"
export type { ConversationLine, ConversationView, Views } from "./Views.ts"
export { type DevLogin, devLogin } from "./devLogin.ts"
export { indexedDbValues } from "./indexedDbValues.ts"
export { type PushState, disablePush, enablePush, pushState } from "./push.ts"
export type { Conversation, OwnProfile, Page, Profile, Role, RosterEntry } from "./wire.ts"
