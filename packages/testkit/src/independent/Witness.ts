/** Sees what an account and its clients send and get, as it goes over the wire. Whoever finds a fault in it throws. */
export interface Witness {
  /** After each answer, before the caller has it. `text`: the answer's body. */
  readonly exchange: (
    base: string,
    exchange: {
      readonly method: string
      readonly target: string
      readonly sent?: string | undefined
      readonly status: number
      readonly headers: Headers
      readonly text: string
    },
  ) => Promise<void>
  /** Before each connection. */
  readonly connection: (base: string) => Promise<WitnessedConnection>
}

export interface WitnessedConnection {
  readonly sent: (text: string) => void
  readonly received: (text: string) => void
}
