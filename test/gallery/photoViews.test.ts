import { describe, expect, it } from 'vitest';
import { closeView } from '../../src/face/closeView.js';
import { photoLevels } from '../../src/gallery/photoViews.js';
import { type InputSize, planFit } from '../../src/image/fit.js';

const dynamic: InputSize = { kind: 'dynamic', longestSide: 640 };
const detector = { reach: [32, 360], longestSide: 640 } as const;

describe('photoLevels', () => {
  it('begins where a face that fills the photo is within the reach of the detector, with a border around the photo', () => {
    const photo = { width: 150, height: 150 };
    const levels = photoLevels(photo, detector);
    expect(levels.map(({ zoom }) => zoom)).toEqual([0.25, 0.5, 1]);
    expect(150 * levels[0].scale).toBeLessThan(360);
    const fit = planFit(photo, dynamic, levels[0].views[0]);
    expect(fit.scale).toBeCloseTo(levels[0].scale);
    expect([fit.offsetX > 0, fit.offsetX + 150 * fit.scale < fit.width]).toEqual([true, true]);
    expect(planFit(photo, dynamic, levels[2].views[0])).toEqual(planFit(photo, dynamic));
  });

  it('spares the coarse levels of a detector that knows large faces', () => {
    const far = { reach: [10, 2000], longestSide: 640 } as const;
    expect(photoLevels({ width: 150, height: 150 }, far).map(({ zoom }) => zoom)).toEqual([1]);
  });

  it('ends with overlapping parts where the photo has more detail than the input shows', () => {
    const photo = { width: 2000, height: 1000 };
    const finest = photoLevels(photo, detector).at(-1);
    expect(finest?.views).toHaveLength(4);
    for (const view of finest?.views ?? [])
      expect(planFit(photo, dynamic, view).scale).toBeCloseTo(finest?.scale ?? 0);
    const covers = (x: number, y: number) =>
      finest?.views.filter(
        ({ region }) => region && x >= region.x1 && x <= region.x2 && y >= region.y1 && y <= region.y2,
      ).length;
    expect([covers(0, 0), covers(2000, 1000), covers(1000, 500)]).toEqual([1, 1, 4]);
  });
});

describe('closeView', () => {
  it('shows a face at the size asked for, in the middle of its surroundings', () => {
    const box = { x1: 100, y1: 200, x2: 140, y2: 290 };
    const fit = planFit({ width: 400, height: 400 }, dynamic, closeView(box, 0, 120));
    expect(Math.sqrt(40 * 90) * fit.scale).toBeCloseTo(120);
    expect(120 * fit.scale + fit.offsetX).toBeCloseTo(120);
    expect(245 * fit.scale + fit.offsetY).toBeCloseTo(120);
  });
});
