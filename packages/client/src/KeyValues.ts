/**
 * Where to keep texts by key: `indexedDbValues`, `localStorage`, a file, or a `Map`. Keys of others may be in it.
 *
 * Always true of an implementation: what was set is in `entries` after a reload, once what `set` answered has resolved; sets and
 * deletions of one key take effect in the order of the calls. A failure throws or rejects, and leaves the earlier value.
 */
export interface KeyValues {
  readonly entries: () => Awaitable<Iterable<readonly [key: string, value: string]>>
  readonly set: (key: string, value: string) => Awaitable<void>
  readonly delete: (key: string) => Awaitable<void>
}

export type Awaitable<Value> = Value | Promise<Value>

export const inMemory = (): KeyValues => {
  const values = new Map<string, string>()
  return {
    entries: () => [...values],
    set: (key, value) => void values.set(key, value),
    delete: (key) => void values.delete(key),
  }
}
