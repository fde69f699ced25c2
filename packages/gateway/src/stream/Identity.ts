/** Whose connection it is. Settled when it is accepted. */
export interface Identity {
  readonly user: string
  readonly device: string
  readonly session: string
  /** Milliseconds. */
  readonly accessExpiresAt: number
  /** A place in the log before the look that admitted it. */
  readonly openedAt: number
}
