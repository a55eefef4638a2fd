import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../src/core/address.js';
import { isPlaylistAddress, type LiveRequest, liveCommand } from '../../src/video/liveCommand.js';

function command(url: string, major: number, changes: Partial<LiveRequest> = {}, isPicky = false) {
  const address = parseAddress(url);
  return liveCommand(
    {
      address,
      isPlaylist: isPlaylistAddress(address),
      transport: 'tcp',
      fps: null,
      maxWidth: 1920,
      stream: 0,
      rotate: 0,
      hardware: 'none',
      input: {},
      demuxer: null,
      timeoutMs: 5000,
      ...changes,
    },
    { major, isPicky },
  );
}

describe('liveCommand', () => {
  it.each([5, 6, 7, 9, Number.POSITIVE_INFINITY])(
    'keeps the address out of the arguments: version %i',
    (major) => {
      const { input, inputOptions } = command("rtsp://user:it's@host/it's", major);
      expect(input).toEqual({
        script:
          "ffconcat version 1.0\nfile 'rtsp://user:it%27s@host/it'\\''s'\n" +
          "option rtsp_transport 'tcp'\noption timeout '5000000'\n",
      });
      expect(inputOptions.join(' ')).toBe(
        '-fflags +discardcorrupt -protocol_whitelist pipe,rtp,tcp,udp -f concat -safe 0',
      );
    },
  );

  it.each(['rtsps://host/x', 'https://host/x'])(
    'accepts a self-signed certificate from ffmpeg 9 on: %s',
    (url) => {
      const script = (major: number) => (command(url, major).input as { script: string }).script;
      expect(script(9)).toContain("option tls_verify '0'\n");
      expect(script(8)).not.toContain('tls_verify');
    },
  );

  it('uses the option names of ffmpeg 4', () => {
    const { input, inputOptions } = command('rtsp://host/x', 4, { transport: 'udp' });
    expect(input).toBe('rtsp://host/x');
    expect(inputOptions.join(' ')).toBe(
      '-fflags +discardcorrupt -protocol_whitelist rtp,tcp,udp -rtsp_transport udp -stimeout 5000000',
    );
  });

  it.each(['rtsp://user:secret@host/x', 'rtsp://user@host/x', 'http://:secret@host/x'])(
    'refuses an address whose credentials ffmpeg 4 would show: %s',
    (url) => {
      expect(() => command(url, 4)).toThrow(expect.objectContaining({ code: 'camera.address' }));
      expect(() => command(url, 4)).toThrow(/needs ffmpeg 5 or newer/);
      expect(() => command(url, 4)).not.toThrow(/secret/);
    },
  );

  it('allows both transports where one is only preferred', () => {
    const { input } = command('rtsp://host/x', 5, { transport: 'udp', input: { rtsp_flags: 'prefer_tcp' } });
    expect(input).toHaveProperty('script', expect.stringContaining("option rtsp_transport 'udp+tcp'\n"));
  });

  it('passes on the input options and the hardware decoder of the configuration', () => {
    const { input, inputOptions } = command('rtsp://host/x', 5, {
      hardware: 'vaapi',
      input: { user_agent: "o'clock", buffer_size: 425984 },
    });
    expect(input).toMatchObject({
      script: expect.stringContaining("option user_agent 'o'\\''clock'\noption buffer_size '425984'\n"),
    });
    expect(inputOptions.slice(0, 2)).toEqual(['-hwaccel', 'vaapi']);
  });

  it('plays a playlist in real time from its newest segment, and other HTTP as it arrives', () => {
    const playlist = command('https://host/live/a.m3u8?x=1', 5, { fps: 5 });
    expect(playlist.filters[0]).toBe('realtime=limit=10');
    expect(playlist.input).toMatchObject({
      script: expect.stringContaining("option live_start_index '-1'\n"),
    });
    expect(playlist.filters[1]).toContain('prev_selected_t');
    const motionJpeg = command('http://host/video', 5, { fps: 5 });
    expect(motionJpeg.filters[0]).toContain('time(0)');
  });

  it('reads HTTP with the demuxer asked for, its address out of the arguments', () => {
    const { input, inputOptions } = command('http://user:secret@host/x', 5, { demuxer: 'mjpeg' });
    expect(inputOptions.join(' ')).toBe('-protocol_whitelist pipe -f lavfi -graph_file pipe:0');
    expect(input).toMatchObject({
      script: expect.stringMatching(/^movie=.*http:\/\/user:secret@host\/x.*:f=mjpeg:/),
    });
    expect(input).toMatchObject({ script: expect.stringContaining('http,https,tcp,tls,crypto') });
    expect(command('http://host/x', 4, { demuxer: 'mjpeg' }).inputOptions.join(' ')).toContain('-f mjpeg');
  });

  it('accepts segments of any extension from an ffmpeg that refuses them, in playlists alone', () => {
    const script = (url: string, isPicky: boolean) => command(url, 7, {}, isPicky).input;
    const option = expect.stringContaining("option extension_picky '0'\n");
    expect(script('http://host/x.m3u8', true)).toMatchObject({ script: option });
    expect(script('http://host/x.m3u8', false)).not.toMatchObject({ script: option });
    expect(script('http://host/video', true)).not.toMatchObject({ script: option });
  });

  it('reaches no local file by a network address', () => {
    for (const url of ['rtsp://host/x', 'rtsps://host/x', 'http://host/x', 'https://host/x.m3u8']) {
      const { inputOptions } = command(url, 5);
      const list = inputOptions[inputOptions.indexOf('-protocol_whitelist') + 1];
      expect(list.split(',')).not.toContain('file');
    }
  });

  it('opens a device and the test source', () => {
    const device = command('device:/dev/video0', 5, { input: { framerate: 15 } });
    expect([device.input, ...device.inputOptions]).toEqual(['/dev/video0', '-f', 'v4l2', '-framerate', '15']);
    const picture = command('test:640x480', 5, { hardware: 'auto' });
    expect([picture.input, ...picture.inputOptions]).toEqual([
      'testsrc2=size=640x480:rate=25',
      '-re',
      '-f',
      'lavfi',
    ]);
  });

  it('never lets ffmpeg change the size of frames by itself', () => {
    const { inputOptions, filters } = command('rtsp://host/x', 5, { rotate: 270 });
    expect([...inputOptions, ...filters].join(' ')).not.toContain('autoscale');
    expect(filters[1]).toBe('transpose=cclock');
  });
});
