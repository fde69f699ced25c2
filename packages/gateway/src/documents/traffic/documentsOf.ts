/**
 * The documents that a running server serves, ready to judge its traffic.
 *
 * Always true: fetched once from each address, and prepared once for each text, so that a test with many servers pays once.
 */
import type { Json } from "../jsonSchemas.ts"
import { type JudgeHttp, judgeHttp } from "./judgeHttp.ts"
import { judgeStream, type StreamJudge } from "./judgeStream.ts"
import type { MakeValidators } from "./Validators.ts"

export interface Documents {
  readonly http: JudgeHttp
  /** For each connection one. */
  readonly stream: () => StreamJudge
}

const fetched = new Map<string, Promise<Documents>>()
const prepared = new Map<string, unknown>()

/** Rejects when the server does not answer: nobody may go on unjudged. */
export const documentsOf = (base: string, validators: MakeValidators): Promise<Documents> => {
  const known = fetched.get(base)
  if (known !== undefined) return known
  const fetching = Promise.all([
    prepare(`${base}/openapi.json`, (document) => judgeHttp(document, validators)),
    prepare(`${base}/asyncapi.json`, (document) => judgeStream(document, validators)),
  ]).then(([http, stream]) => ({ http, stream }))
  fetched.set(base, fetching)
  // Another try may find it up.
  fetching.catch(() => fetched.delete(base))
  return fetching
}

const prepare = async <Judge>(url: string, make: (document: Json) => Judge): Promise<Judge> => {
  const response = await fetch(url)
  if (response.status !== 200) throw new Error(`${url}: ${response.status}`)
  const text = await response.text()
  const judge = (prepared.get(text) as Judge | undefined) ?? make(JSON.parse(text) as Json)
  prepared.set(text, judge)
  return judge
}
