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

  /** How long until `cost` tokens are there; 0 when they are. `cost`: at most `burst`. */
  wait(rate: number, burst: number, now: number, cost = 1): number {
    this.#rate = rate
    this.#refill(burst, now)
    return this.#tokens >= cost ? 0 : Math.ceil(((cost - this.#tokens) * 1_000) / rate)
  }

  /** Only after `wait` said 0. */
  take(cost = 1): void {
    this.#tokens -= cost
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
