import { describe, expect, it } from 'vitest';
import { faultOf } from '../../src/video/liveFault.js';
import type { LiveEnd } from '../../src/video/liveFaultRules.js';

function end(changes: Partial<LiveEnd>): LiveEnd {
  return {
    code: 1,
    signal: null,
    messages: [],
    cameraId: 'door',
    name: 'cam.local:554',
    hasCredentials: true,
    transport: 'tcp',
    hardware: 'none',
    stream: 0,
    streams: [],
    frames: 0,
    contentType: null,
    redirect: null,
    loginOffer: null,
    tlsAnswer: null,
    hasCertificate: false,
    kind: 'rtsp',
    scrub: (text) => text.replace('secret', '***'),
    ...changes,
  };
}

describe('faultOf', () => {
  it('names the reason why ffmpeg cannot be started', () => {
    const messages = ['ffmpeg cannot be started (spawn ffmpeg EAGAIN); raise the limit of processes'];
    expect(faultOf(end({ code: null, messages }))).toMatchObject({
      code: 'ffmpeg.failed',
      message: `camera door: ${messages[0]}`,
    });
  });

  it.each([
    // The messages of ffmpeg 5.1, and those of ffmpeg 7 where they differ
    ['rtsp: method DESCRIBE failed: 401 Unauthorized', 'camera.auth', 'refuses the user name'],
    ['http: HTTP error 403 Forbidden', 'camera.auth', 'does not let this user'],
    ['rtsp: method SETUP failed: 461 Unsupported transport', 'camera.unreachable', 'set transport to udp'],
    ['rtsp: method DESCRIBE failed: 404 Not Found', 'camera.unreachable', 'no stream under this path'],
    [
      'rtsp: method SETUP failed: 453 Not Enough Bandwidth',
      'camera.unreachable',
      'has too many viewers (rtsp: method SETUP failed: 453 Not Enough Bandwidth); end another one',
    ],
    [
      'rtsp: method PLAY failed: 454 Session Not Found',
      'camera.unreachable',
      'has ended the session before it could play (rtsp: method PLAY failed: 454',
    ],
    [
      'rtsp: method SETUP failed: 459 Aggregate',
      'camera.unreachable',
      'refuses the request (rtsp: method SETUP',
    ],
    [
      'rtsp: method PLAY failed: 500 Internal Server Error',
      'camera.unreachable',
      'answers with a server error',
    ],
    [
      'http: HTTP error 429 Too Many Requests',
      'camera.unreachable',
      'is asked too often (http: HTTP error 429 Too Many Requests); end another viewer',
    ],
    [
      'rtsp: method PLAY failed: 503 Service Unavailable',
      'camera.unreachable',
      'is busy (rtsp: method PLAY failed: 503 Service Unavailable); end another viewer',
    ],
    ['tcp: Failed to resolve hostname cam.local: System error', 'camera.unreachable', 'cannot be resolved'],
    [
      'tcp: Connection to tcp://401:403?timeout=5 failed: Connection refused',
      'camera.unreachable',
      'refuses the connection',
    ],
    ['tcp: Connection to tcp://a failed: No route to host', 'camera.unreachable', 'there is no route to'],
    ['pipe:0: Connection timed out', 'camera.unreachable', 'does not answer in time'],
    [
      'tls: Peer certificate failed verification',
      'camera.unreachable',
      'does not pass the check with tls.ca',
    ],
    [
      'tls: error:0A000086:SSL routines::certificate verify failed',
      'camera.unreachable',
      'does not pass the check with tls.ca',
    ],
    ['tls: An unexpected TLS packet was received.', 'camera.unreachable', 'no TLS connection'],
    ['pipe:0: Protocol not found', 'camera.address', 'this ffmpeg cannot open'],
    ["Unknown input format: 'lavfi'", 'camera.address', 'use another, or install a full build'],
    [
      'video4linux2,v4l2: Cannot open video device /dev/video0: No such file or directory',
      'camera.unreachable',
      'there is no device',
    ],
    [
      'video4linux2,v4l2: Cannot open video device /dev/video0: Permission denied',
      'camera.unreachable',
      'video group',
    ],
    [
      'video4linux2,v4l2: Not a video capture device.',
      'camera.no_video',
      'is not a camera; give the device of one',
    ],
    [
      'video4linux2,v4l2: ioctl(VIDIOC_QUERYCAP): Inappropriate ioctl for device',
      'camera.no_video',
      'is not a camera; give the device of one',
    ],
    ['pipe:0: Server returned 5XX', 'camera.unreachable', 'a server error (Server returned 5XX)'],
    ['video4linux2,v4l2: ioctl: Device or resource busy', 'camera.unreachable', 'in use by another program'],
    [
      "Stream specifier ':V:0' in filtergraph description x matches no streams.",
      'camera.no_video',
      'sound or data',
    ],
    ['pipe:0: Invalid data found when processing input', 'camera.no_video', 'no video that ffmpeg knows'],
    ['pipe:0: Input/output error', 'camera.unreachable', 'closes the connection'],
    [
      'no such luck with secret',
      'camera.no_video',
      'cannot decode what cam.local:554 sends (no such luck with ***)',
    ],
  ])('explains an end before the first frame: %s', (message, code, sentence) => {
    const error = faultOf(end({ messages: ['some warning', message] }));
    expect(error.code).toBe(code);
    expect(error.message).toContain(sentence);
    // One sentence: what, where, and behind the semicolon what to do.
    expect(error.message).toMatch(/^camera door: [^;]*; [^;]*[^.;]$/);
  });

  it.each([
    ['application/octet-stream', 'no video that ffmpeg knows'],
    ['text/html; charset=utf-8', 'sends a web page'],
    ['multipart/x-mixed-replace; boundary=frame', 'closes the connection'],
    ['application/vnd.apple.mpegurl', 'closes the connection'],
  ])('explains a broken connection by what the server sends: %s', (contentType, sentence) => {
    const error = faultOf(end({ contentType, messages: ['Error opening input files: Input/output error'] }));
    expect(error.message).toContain(sentence);
  });

  it('reports an ended or stalled stream once frames have arrived, whatever the exit code', () => {
    for (const code of [0, 1]) expect(faultOf(end({ code, frames: 100 })).code).toBe('camera.ended');
    expect(faultOf(end({ frames: 100, messages: ['rtsp: 401'] })).code).toBe('camera.ended');
    expect(faultOf(end({ frames: 100, messages: ['x: Connection timed out'] })).code).toBe('camera.stalled');
  });

  it('does not blame the path for a multipart stream that ffmpeg cannot read', () => {
    const messages = ['pipe:0: Invalid data found when processing input'];
    const error = faultOf(end({ messages, contentType: 'multipart/x-mixed-replace; boundary=frame' }));
    expect(error.message).toContain(
      'sends a multipart stream without pictures that ffmpeg knows; select Motion JPEG',
    );
  });

  it('reports a multipart stream that becomes malformed, and the option that helps', () => {
    const messages = ["mpjpeg: Expected boundary '--' not found, instead found a line of 6 bytes"];
    const error = faultOf(end({ frames: 30, messages }));
    expect(error.code).toBe('camera.ended');
    expect(error.message).toContain(
      'a malformed multipart stream, which broke off after 30 pictures; set input.format to mjpeg',
    );
  });

  it('reports a still image after a single frame', () => {
    expect(faultOf(end({ code: 0, frames: 1 })).message).toContain('sends a single picture');
  });
});

describe('faultOf with several messages', () => {
  it('shows the status of the server, not the summary of ffmpeg behind it', () => {
    const messages = [
      'rtsp: method SETUP failed: 453 Not Enough Bandwidth',
      'Server returned 4XX Client Error, but not one of 40{0,1,3,4}',
    ];
    expect(faultOf(end({ messages })).message).toContain(
      '(rtsp: method SETUP failed: 453 Not Enough Bandwidth)',
    );
  });

  it('names the kinds of authentication that work when a password is refused', () => {
    const messages = ['rtsp: method DESCRIBE failed: 401 Unauthorized'];
    expect(faultOf(end({ messages, hasCredentials: true })).message).toMatch(/basic or MD5 digest/);
  });
});
