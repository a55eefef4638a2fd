import { describe, expect, it } from 'vitest';
import { LeaveOneOut } from '../../src/gallery/leaveOneOut.js';

/** A face in the plane, at an angle. */
function face(person: string, degrees: number) {
  const angle = (degrees * Math.PI) / 180;
  return { person, embedding: Float32Array.from([Math.cos(angle), Math.sin(angle)]) };
}

const cos = (degrees: number) => Math.cos((degrees * Math.PI) / 180);

describe('LeaveOneOut', () => {
  const faces = [face('a', 0), face('a', 20), face('a', 40), face('b', 90), face('c', 180)];
  const leaveOneOut = new LeaveOneOut(faces, new Map([['a', { threshold: 0.7 } as never]]));

  it('compares a photo with the others of the person, their mean, and everybody else', () => {
    const first = leaveOneOut.leaveOut(faces[0]).photo;
    expect(first.own).toBeCloseTo(cos(20));
    expect(first.other).toBeCloseTo(0);
    expect(first.match).toMatchObject({ person: 'a', runnerUp: 'b', threshold: 0.7 });
    expect(first.match?.margin).toBeCloseTo(cos(20));
    // Two photos and their mean, and two people of one photo.
    expect(first.compared).toBe(5);
    // The mean of the photos at 0 and 40 degrees is the same picture as the one in between.
    expect(leaveOneOut.leaveOut(faces[1]).photo.own).toBeCloseTo(1);
  });

  it('has nothing to compare the only photo of a person with', () => {
    const only = leaveOneOut.leaveOut(faces[3]).photo;
    expect(only.own).toBeNull();
    expect(only.match).toMatchObject({ person: 'a', runnerUp: 'c' });
  });

  it('makes a person a stranger to the others', () => {
    const stranger = leaveOneOut.leaveOut(faces[2]).person;
    expect(stranger).toMatchObject({ compared: 2, own: null, match: { person: 'b', runnerUp: 'c' } });
    expect(stranger.match?.similarity).toBeCloseTo(cos(50));
  });

  it('compares somebody else with all photos and means', () => {
    expect(leaveOneOut.whole(face('', 90))).toMatchObject({ compared: 6, own: null, match: { person: 'b' } });
  });

  it('matches nobody in a gallery without other people', () => {
    const alone = new LeaveOneOut([faces[0], faces[1]]);
    expect(alone.leaveOut(faces[0]).person).toMatchObject({ match: null, compared: 0 });
    expect(alone.leaveOut(faces[0]).photo.match).toMatchObject({ person: 'a', margin: null, runnerUp: null });
    expect(new LeaveOneOut([]).whole(faces[0]).match).toBeNull();
  });
});
