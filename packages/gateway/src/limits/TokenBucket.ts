/** A token bucket: `rate` tokens a second up to `burst`. Times in milliseconds, from whatever clock the caller has. */
export class TokenBucket {
  #tokens: number
  #at: number
  /** As of the last question. */
  #rate = 0

  constructor(burst: number, now: number) {
    this.#tokens = burst
    this.#at = now
  }

  /** How long until a token is there; 0 when one is. */
  wait(rate: number, burst: number, now: number): number {
    this.#rate = rate
    this.#refill(burst, now)
    return this.#tokens >= 1 ? 0 : Math.ceil(((1 - this.#tokens) * 1_000) / rate)
  }

  /** Only after `wait` said 0. */
  take(): void {
    this.#tokens -= 1
  }

  /** Full again: forgetting it changes nothing. */
  isFull(burst: number, now: number): boolean {
    this.#refill(burst, now)
    return this.#tokens >= burst
  }

  #refill(burst: number, now: number): void {
    // A clock that was set back gives nothing and takes nothing.
    if (now > this.#at) this.#tokens = Math.min(burst, this.#tokens + ((now - this.#at) * this.#rate) / 1_000)
    this.#at = now
  }
}
