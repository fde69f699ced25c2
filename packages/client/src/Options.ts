/** What an application hands in, and what it is told. */
import type { TokenSource } from "./AccessToken.ts"
import type { Status } from "./Connection.ts"
import type { KeyValues } from "./KeyValues.ts"
import type { Platform } from "./Platform.ts"

export interface Options {
  /** The server's origin, without a slash at the end. */
  readonly url: string
  readonly token: TokenSource
  /** Whom the token is for. Without it, what the first token says: until then nobody, and kept messages are not shown. */
  readonly userId?: string
  /**
   * A second connection of the same device replaces the first. Without it: in a browser one for each window, kept over reloads; a
   * random one elsewhere.
   */
  readonly deviceId?: string
  /** Where unsent messages survive a reload. Without it: the browser's own database; in memory elsewhere. */
  readonly storage?: KeyValues
  readonly platform?: Platform
}

/** What looks different now. Told after the change, at once, and more often than anybody wants to draw (`Views.ts` gathers). */
export type Change =
  | { readonly _tag: "Status"; readonly status: Status }
  /** `keys`: of the entries that came, changed or went; empty: what is said of the conversation, or how far somebody has read. */
  | { readonly _tag: "Conversation"; readonly id: string; readonly keys: ReadonlyArray<string> }
  /** Others began to type there, or ended. */
  | { readonly _tag: "Typing"; readonly id: string }
  | { readonly _tag: "Presence"; readonly userIds: ReadonlyArray<string> }
  /** Names became known or changed. */
  | { readonly _tag: "People"; readonly userIds: ReadonlyArray<string> }
  /** Blocks or mutes. */
  | { readonly _tag: "Preferences" }
  /** The server's log is another one, and all that was held is gone. */
  | { readonly _tag: "Everything" }
