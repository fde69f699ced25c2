/** A page in a browser as one more client: what it sends and gets is held against the documents that its server serves. */
import type { Page, Response } from "playwright-core"
import { judgeConnection, judgeExchange } from "../src/documents/judge.ts"

/** Faults, in words, join `errors`. */
export const judgePage = (page: Page, base: string, errors: Array<string>): void => {
  const complain = (fault: unknown): void => void errors.push(String(fault))
  page.on("response", (response) => void exchangeOf(response).then(judgedBy(base)).catch(complain))
  page.on("websocket", (socket) => {
    const connection = judgeConnection(base)
    const show = (way: "received" | "sent", payload: string | Buffer): void =>
      void connection.then((judged) => judged[way](payload.toString())).catch(complain)
    socket.on("framereceived", ({ payload }) => show("received", payload))
    socket.on("framesent", ({ payload }) => show("sent", payload))
  })
}

/** Of a file that is there nothing is documented but that it is. */
const isFile = (response: Response): boolean =>
  response.status() === 200 &&
  ["font", "image", "script", "stylesheet"].includes(response.request().resourceType())

type Exchange = Parameters<typeof judgeExchange>[1]

const judgedBy =
  (base: string) =>
  async (exchange: Exchange | undefined): Promise<void> =>
    exchange === undefined ? undefined : judgeExchange(base, exchange)

/** `undefined` when the answer was cut off: with its server, or because the page has gone. */
const exchangeOf = async (response: Response): Promise<Exchange | undefined> => {
  const { pathname, search } = new URL(response.url())
  try {
    const [headers, text] = [await response.allHeaders(), isFile(response) ? "" : await response.text()]
    return {
      method: response.request().method(),
      target: `${pathname}${search}`,
      sent: response.request().postData() ?? undefined,
      status: response.status(),
      headers: { get: (name) => headers[name.toLowerCase()] ?? null },
      text,
    }
  } catch {
    return undefined
  }
}
