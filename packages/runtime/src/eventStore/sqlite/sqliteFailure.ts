/** What an error of SQLite means for whoever waits. */

/** Primary result codes; extended ones carry them in the low byte. */
const codes = {
  busy: 5,
  noMemory: 7,
  ioError: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  notADatabase: 26,
} as const

const codeOf = (cause: unknown): number | undefined =>
  typeof cause === "object" && cause !== null && "errcode" in cause && typeof cause.errcode === "number"
    ? cause.errcode & 0xff
    : undefined

export const isCorrupt = (cause: unknown): boolean => {
  const code = codeOf(cause)
  return code === codes.corrupt || code === codes.notADatabase
}

export const isBusy = (cause: unknown): boolean => codeOf(cause) === codes.busy

/** Not the disk and not the file: the statement itself was refused, and only who sent it is to blame. */
export const concernsOneWrite = (cause: unknown): boolean => {
  const code = codeOf(cause)
  return code === undefined || !(Object.values(codes) as ReadonlyArray<number>).includes(code)
}

export const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))
