import { describe, expect, it } from 'vitest';
import { Complaints, quoteComplaint } from '../../src/video/complaints.js';
import { noPictureYet } from '../../src/video/liveFault.js';
import { keyframeNotice } from '../../src/video/liveNotices.js';

describe('Complaints', () => {
  it('have as the most frequent one what was said most often, whatever the numbers in it', () => {
    const complaints = new Complaints();
    expect(complaints.most).toBeNull();
    complaints.add('hevc: PPS id out of range: 0');
    for (let type = 40; type < 64; type++) complaints.add(`rtsp: Unsupported (HEVC) NAL type (${type})`);
    complaints.add('hevc: PPS id out of range: 1');
    expect(complaints.most).toEqual({ text: 'rtsp: Unsupported (HEVC) NAL type (63)', count: 24 });
    complaints.clear();
    expect(complaints.most).toBeNull();
  });

  it('keep a bounded number of kinds', () => {
    const complaints = new Complaints();
    for (let kind = 0; kind < 1000; kind++) complaints.add('x'.repeat(kind));
    for (let times = 0; times < 5; times++) complaints.add('x'.repeat(999));
    expect(complaints.most?.count).toBe(1);
  });
});

describe('noPictureYet', () => {
  it('has what ffmpeg kept saying, in one sentence of limited length', () => {
    const complaint = { text: `rtsp: Unsupported; ${'long '.repeat(100)}`, count: 266 };
    const { message } = noPictureYet('door', 'cam.local', 10_000, complaint);
    expect(message).toMatch(
      /^camera door: no picture from cam\.local within 10 s, ffmpeg reports 266 times: rtsp: Unsupported, [^;]*\.\.\.; [^;]*$/,
    );
    expect(message.length).toBeLessThan(400);
    expect(quoteComplaint({ text: 'h264: no frame!', count: 1 })).toBe('ffmpeg reports h264: no frame!');
  });
});

describe('keyframeNotice', () => {
  it('blames the codec where the decoder does not know the stream, else the keyframe interval', () => {
    const notice = (text: string) => keyframeNotice('cam.local', 10_000, 120_000, { text, count: 300 });
    expect(notice('rtsp: Unsupported (HEVC) NAL type (62)')).toMatch(
      /120 s\. The stream may not be what its description says/,
    );
    expect(notice('h264: non-existing PPS 0 referenced')).toMatch(/120 s\. A shorter keyframe interval/);
  });
});
