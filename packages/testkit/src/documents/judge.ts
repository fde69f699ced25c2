/**
 * Every client of the tests shows here what it sends and gets. What is not as the server's own documents say is thrown where it is seen.
 *
 * Always true: it reads the documents that the server under test serves, and knows of the project only how a document is read.
 */
import { documentsOf } from "@parley/gateway/documents/traffic/documentsOf"
import type { Exchange } from "@parley/gateway/documents/traffic/judgeHttp"
import type { Witness, WitnessedConnection } from "../independent/Witness.ts"
import { byAjv } from "./byAjv.ts"

export const judgeExchange = async (base: string, exchange: Exchange): Promise<void> => {
  const { http } = await documentsOf(base, byAjv)
  const fault = http(exchange)
  if (fault !== undefined) throw new Error(`not what /openapi.json says: ${fault}`)
}

/** Everybody in a conversation gets the same text: once judged, it is known. Answers are judged each time, with what they answer. */
const known = new Set<string>()
const mostKnown = 10_000

export const judgeConnection = async (base: string): Promise<WitnessedConnection> => {
  const { received, sent } = (await documentsOf(base, byAjv)).stream()
  return {
    sent,
    received: (text) => {
      if (known.has(text)) return
      const fault = received(text)
      if (fault !== undefined) throw new Error(`not what /asyncapi.json says: ${fault}`)
      if (text.includes('"reply_to":')) return
      if (known.size === mostKnown) known.clear()
      known.add(text)
    },
  }
}

export const judge: Witness = { exchange: judgeExchange, connection: judgeConnection }
