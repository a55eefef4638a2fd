import { describe, expect, it } from 'vitest';
import { Placement, type Situation } from '../../src/cluster/placement.js';
import { randomNumbers } from '../helpers/random.js';

interface SimulatedNode {
  placement: Placement;
  /** What one camera costs it, share of its time. */
  cost: number;
  maxCameras: number;
  /** From when on it can watch, ms. */
  readyMs: number;
  /** When it decides next, ms. */
  nextMs: number;
  /** Its utilization, averaged as the engine does. */
  average: number;
}

/** Nodes that decide every half second from reports that are up to two seconds old, and leases that nobody has twice. */
class Simulation {
  readonly #nodes = new Map<string, SimulatedNode>();
  readonly #holders = new Map<string, string | null>();
  readonly #allowed: (camera: string, node: string) => boolean;
  readonly #random = randomNumbers(7);
  #reported: Situation['nodes'] = [];
  #reportedHolders = new Map<string, string | null>();
  #nowMs = 0;
  moves = 0;
  takes = 0;

  constructor(cameras: number, allowed: (camera: string, node: string) => boolean = () => true) {
    for (let index = 0; index < cameras; index += 1)
      this.#holders.set(`c${String(index).padStart(4, '0')}`, null);
    this.#allowed = allowed;
  }

  join(node: string, cost = 0.03, maxCameras = 64, startMs = 0): void {
    const readyMs = this.#nowMs + startMs;
    this.#nodes.set(node, {
      placement: new Placement(),
      cost,
      maxCameras,
      readyMs,
      nextMs: readyMs,
      average: 0,
    });
  }

  leave(node: string): void {
    this.#nodes.delete(node);
    for (const [id, holder] of this.#holders) if (holder === node) this.#holders.set(id, null);
  }

  setCost(node: string, cost: number): void {
    const found = this.#nodes.get(node);
    if (found) found.cost = cost;
  }

  counts(): Record<string, number> {
    return Object.fromEntries([...this.#nodes.keys()].map((node) => [node, this.#count(node)]));
  }

  get unwatched(): number {
    return [...this.#holders.values()].filter((holder) => holder === null).length;
  }

  run(seconds: number): void {
    for (const endMs = this.#nowMs + seconds * 1000; this.#nowMs < endMs; this.#nowMs += 500) {
      if (this.#nowMs % 2000 === 0) this.#report();
      for (const [name, node] of this.#nodes) if (this.#nowMs >= node.nextMs) this.#decide(name, node);
    }
  }

  #decide(self: string, node: SimulatedNode): void {
    node.nextMs = this.#nowMs + 400 + this.#random() * 200;
    const isReady = (one: string) => (this.#nodes.get(one)?.readyMs ?? 0) <= this.#nowMs;
    const nodes = this.#reported
      .filter((one) => isReady(one.node))
      .map((one) => (one.node === self ? { ...one, cameras: this.#count(self) } : one));
    if (!nodes.some((one) => one.node === self)) return;
    const cameras = [...this.#holders.keys()].map((id) => {
      const seen = this.#reportedHolders.get(id) ?? null;
      const holder = this.#holders.get(id) === self ? self : seen === self ? null : seen;
      return { id, holder: holder !== null && this.#nodes.has(holder) ? holder : null };
    });
    const { take, giveAway } = node.placement.decide({
      nowMs: this.#nowMs,
      self,
      nodes,
      starting: this.#reported.length - nodes.length,
      cameras,
      mayWatch: (one, id) => this.#allowed(id, one),
    });
    for (const id of take) {
      if (this.#holders.get(id) !== null) continue;
      this.#holders.set(id, self);
      this.takes += 1;
      this.#report();
    }
    if (giveAway === null) return;
    this.#holders.set(giveAway, null);
    this.moves += 1;
    this.#report();
  }

  #report(): void {
    this.#reported = [...this.#nodes].map(([node, one]) => {
      const load = Math.min(1, this.#count(node) * one.cost);
      if (this.#nowMs % 2000 === 0) one.average += 0.6 * (load - one.average);
      const noise = (this.#random() - 0.5) * 0.06;
      const utilization = Math.min(1, Math.max(0, one.average + noise));
      const dropped = Math.max(0, this.#count(node) * one.cost - 1);
      return { node, cameras: this.#count(node), utilization, dropped, maxCameras: one.maxCameras };
    });
    this.#reportedHolders = new Map(this.#holders);
  }

  #count(node: string): number {
    return [...this.#holders.values()].filter((holder) => holder === node).length;
  }
}

/** Lets it settle, then checks that nothing moves for an hour. */
function settled(simulation: Simulation, seconds = 600): Record<string, number> {
  simulation.run(seconds);
  expect(simulation.unwatched).toBe(0);
  const { moves, takes } = simulation;
  simulation.run(3600);
  expect({ moves: simulation.moves, takes: simulation.takes }).toEqual({ moves, takes });
  return simulation.counts();
}

describe('Placement', () => {
  it('shares free cameras evenly, without a move', () => {
    const simulation = new Simulation(30);
    for (const node of ['a', 'b', 'c']) simulation.join(node);
    simulation.run(5);
    expect(simulation.counts()).toEqual({ a: 10, b: 10, c: 10 });
    expect(settled(simulation)).toEqual({ a: 10, b: 10, c: 10 });
    expect(simulation.moves).toBe(0);
  });

  it('leaves those that start at the same time their share', () => {
    const simulation = new Simulation(30);
    for (const [index, node] of ['a', 'b', 'c'].entries()) simulation.join(node, 0.03, 64, index * 3000);
    expect(settled(simulation, 20)).toEqual({ a: 10, b: 10, c: 10 });
    expect(simulation.moves).toBe(0);
  });

  it('gives a node that joins its share, one camera at a time, and the cameras of one that leaves to the others', () => {
    const simulation = new Simulation(30);
    simulation.join('a', 0.01);
    simulation.join('b', 0.01);
    simulation.run(60);
    expect(simulation.counts()).toEqual({ a: 15, b: 15 });
    simulation.join('c', 0.01);
    simulation.run(60);
    expect(simulation.moves).toBeLessThanOrEqual(12);
    expect(settled(simulation)).toEqual({ a: 10, b: 10, c: 10 });
    simulation.leave('a');
    simulation.run(3);
    expect(simulation.unwatched).toBe(0);
    expect(settled(simulation)).toEqual({ b: 15, c: 15 });
  });

  it('relieves a node that is overloaded for a while, and gives nothing back', () => {
    const simulation = new Simulation(20);
    simulation.join('slow', 0.12);
    simulation.join('fast', 0.02);
    simulation.run(25);
    expect(simulation.counts()).toEqual({ slow: 10, fast: 10 });
    const counts = settled(simulation);
    expect(counts.slow).toBeLessThanOrEqual(8);
    expect(counts.slow).toBeGreaterThanOrEqual(5);
  });

  it('moves nothing when every node is overloaded', () => {
    const simulation = new Simulation(20);
    simulation.join('a', 0.2);
    simulation.join('b', 0.2);
    expect(settled(simulation)).toEqual({ a: 10, b: 10 });
    expect(simulation.moves).toBe(0);
  });

  it('settles again when the load of a node changes', () => {
    const simulation = new Simulation(24);
    for (const node of ['a', 'b', 'c']) simulation.join(node, 0.04);
    expect(settled(simulation)).toEqual({ a: 8, b: 8, c: 8 });
    simulation.setCost('a', 0.14);
    const counts = settled(simulation);
    expect(counts.a).toBeLessThan(8);
    simulation.setCost('a', 0.04);
    expect(Math.max(...Object.values(settled(simulation)))).toBeLessThanOrEqual(9);
  });

  it('keeps to the nodes that may watch a camera, and to what a node may have', () => {
    const simulation = new Simulation(12, (camera, node) => camera !== 'c0000' || node === 'b');
    simulation.join('a');
    simulation.run(10);
    expect(simulation.unwatched).toBe(1);
    simulation.join('b', 0.03, 2);
    const counts = settled(simulation);
    expect(counts).toEqual({ a: 10, b: 2 });
  });

  it('settles with many nodes of different speed', () => {
    const simulation = new Simulation(80);
    for (let index = 0; index < 8; index += 1) simulation.join(`n${index}`, 0.01 + (index % 4) * 0.02);
    settled(simulation);
    simulation.leave('n3');
    settled(simulation);
  });

  it('looks at few nodes per free camera, however many there are', () => {
    const nodes = Array.from({ length: 50 }, (_, index) => ({
      ...{ node: `n${index}`, cameras: 0, utilization: 0.3, dropped: 0, maxCameras: 64 },
    }));
    const cameras = Array.from({ length: 1000 }, (_, index) => ({ id: `c${index}`, holder: null }));
    let asked = 0;
    const mayWatch = () => {
      asked += 1;
      return true;
    };
    const situation = { nowMs: 0, self: 'n7', nodes, starting: 0, cameras, mayWatch };
    expect(new Placement().decide(situation).take).toHaveLength(20);
    expect(asked).toBeLessThanOrEqual(2 * cameras.length);
  });
});
