/** The message that began a thread, looked for further and further back: a page of history has no way to ask for a message by its id. */
import type { Api } from "@parley/client/Api"
import { type LogMessage, fromHistory } from "@parley/client/Entry"

const pageSize = 200
const mostPages = 10

/** It stands before the event of number `end`, mostly shortly. `undefined`: it is too far back. Throws `ParleyError`. */
export const rootInHistory = async (
  api: Pick<Api, "messagesAt">,
  id: string,
  rootId: string,
  end: number,
): Promise<LogMessage | undefined> => {
  let before = end
  for (let page = 0; page < mostPages; page++) {
    const { items, prev_cursor } = await api.messagesAt(id, { before }, pageSize)
    const root = items.find((one) => one.message_id === rootId)
    if (root !== undefined) return fromHistory(root)
    if (prev_cursor === undefined) return undefined
    before = Number(prev_cursor)
  }
  return undefined
}
