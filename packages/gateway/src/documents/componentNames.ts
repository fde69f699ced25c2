/**
 * What the wire's schemas are called in the documents: as their modules in the domain call them.
 *
 * Always true: a schema that is exported there becomes a component that readers can refer to; one that is not stands where it is used.
 */
import * as vocabulary from "@parley/domain/conversation/vocabulary"
import * as ids from "@parley/domain/ids"
import { Limits } from "@parley/domain/limits"
import * as userVocabulary from "@parley/domain/user/vocabulary"
import * as conversation from "@parley/domain/wire/conversation"
import { Emoji } from "@parley/domain/wire/Emoji"
import * as http from "@parley/domain/wire/http"
import { MessageBody } from "@parley/domain/wire/MessageBody"
import * as problem from "@parley/domain/wire/problem"
import * as serverFrames from "@parley/domain/wire/serverFrames"
import * as syncPage from "@parley/domain/wire/syncPage"
import * as users from "@parley/domain/wire/users"
import * as Schema from "effect/Schema"

const exported: Readonly<Record<string, unknown>> = {
  Limits,
  MessageBody,
  ...userVocabulary,
  ...vocabulary,
  ...ids,
  ...problem,
  ...conversation,
  Emoji,
  ...serverFrames,
  ...syncPage,
  ...users,
  ...http,
}

/** By the schema's canonical JSON form, which is what documents are made of. Of two names for one schema the first counts. */
export const componentNames: ReadonlyMap<unknown, string> = Object.entries(exported).reduce(
  (names, [name, schema]) => {
    if (!Schema.isSchema(schema)) return names
    const { ast } = Schema.toCodecJson(schema)
    return names.has(ast) ? names : names.set(ast, name)
  },
  new Map<unknown, string>(),
)
