/** Displays as xrandr names them, and the flags of a browser that is a projector's picture. */

import { describe, expect, it } from 'vitest';
import { inOrder, listDisplays, parseMonitors } from '../../src/video/displays.ts';
import { kioskArguments } from '../../src/video/kiosk.ts';

const XRANDR = 'Monitors: 3\n 0: +HDMI-1 1280/410x720/230+1920+0  HDMI-1\n 1: +*eDP-1 1920/344x1080/194+0+0  eDP-1\n 2: +DP-2 3840/600x2160/340-3840+0  DP-2\n';

describe('displays', () => {
  it('are read from xrandr, the main one first, then from left to right', () => {
    expect(inOrder(parseMonitors(XRANDR)).map(({ name, x, width, isMain }) => [name, x, width, isMain])).toEqual([['eDP-1', 0, 1920, true], ['DP-2', -3840, 3840, false], ['HDMI-1', 1920, 1280, false]]);
    expect(parseMonitors('Can\'t open display')).toEqual([]);
  });

  it('are none where the machine does not say', async () => {
    const before = process.env['PATH'];
    process.env['PATH'] = '/nowhere';
    expect(await listDisplays('linux')).toEqual([]);
    process.env['PATH'] = before;
  });

  it('get a browser without a click, bar or other profile, at their place', () => {
    const [, display] = inOrder(parseMonitors(XRANDR));
    expect(display).toBeDefined();
    if (display === undefined) return;
    const flags = kioskArguments({ url: 'http://127.0.0.1:4040/?autoplay=1', display }, '/tmp/p');
    expect(flags).toEqual(expect.arrayContaining(['--kiosk', '--window-position=-3840,0', '--window-size=3840,2160', '--user-data-dir=/tmp/p', '--autoplay-policy=no-user-gesture-required', '--app=http://127.0.0.1:4040/?autoplay=1']));
    expect(kioskArguments({ url: 'x', display, asWindow: true }, '/tmp/p')).not.toContain('--kiosk');
  });
});
