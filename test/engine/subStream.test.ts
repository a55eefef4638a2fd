import { describe, expect, it } from 'vitest';
import { subStreamOf } from '../../src/engine/subStream.js';

describe('subStreamOf', () => {
  it.each([
    ['rtsp://u:p@cam/Streaming/Channels/101', 'rtsp://u:p@cam/Streaming/Channels/102'],
    ['rtsp://u:p@cam/Streaming/Channels/1201/', 'rtsp://u:p@cam/Streaming/Channels/1202/'],
    ['rtsp://cam/cam/realmonitor?channel=1&subtype=0', 'rtsp://cam/cam/realmonitor?channel=1&subtype=1'],
    ['rtsp://cam:554/h264Preview_01_main', 'rtsp://cam:554/h264Preview_01_sub'],
    ['rtsp://cam/stream1', 'rtsp://cam/stream2'],
    ['rtsps://u:/stream1@cam/main', 'rtsps://u:/stream1@cam/sub'],
    ['rtsp://cam/Streaming/Channels/102', null],
    ['rtsp://u:p/main@cam/live', null],
    ['http://cam/stream1', null],
    ['main', null],
  ])('finds where the maker of a camera has it: %s', (main, sub) => {
    expect(subStreamOf(main)).toBe(sub);
  });
});
