/** People who are linked by findings, directly or through others. */
export class Groups {
  readonly #parents = new Map<number, number>();

  /** Links two people, by number. @returns false when they were linked before */
  join(a: number, b: number): boolean {
    const [one, other] = [this.#rootOf(a), this.#rootOf(b)];
    if (one !== other) this.#parents.set(one, other);
    return one !== other;
  }

  /** Whether two people are linked. */
  areJoined(a: number, b: number): boolean {
    return this.#rootOf(a) === this.#rootOf(b);
  }

  #rootOf(who: number): number {
    let root = who;
    for (let next = this.#parents.get(root); next !== undefined; next = this.#parents.get(root)) root = next;
    return root;
  }
}
