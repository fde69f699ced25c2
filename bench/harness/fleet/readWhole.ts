/** The history of all groups of a crowd, read by pages: how often each `client_msg_id` stands there. */
import type { Crowd } from "./crowd.ts"

const atOnce = 8

interface Page {
  readonly items: ReadonlyArray<{ readonly client_msg_id?: string }>
  readonly prev_cursor?: string
}

export const readWhole = async ({
  groups,
  parley,
  tokenFor,
}: Pick<Crowd, "groups" | "parley" | "tokenFor">): Promise<ReadonlyMap<string, number>> => {
  const times = new Map<string, number>()
  const left = groups.values()
  const readGroup = async (group: string): Promise<void> => {
    let before = ""
    do {
      const page = (await parley.get(
        `/v1/conversations/${group}/messages?limit=200${before}`,
        tokenFor(group),
      )) as unknown as Page
      for (const { client_msg_id: key } of page.items)
        if (key !== undefined) times.set(key, (times.get(key) ?? 0) + 1)
      before = page.prev_cursor === undefined ? "" : `&before=${page.prev_cursor}`
    } while (before !== "")
  }
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const group of left) await readGroup(group)
    }),
  )
  return times
}
