/**
 * Where the displays of this machine are, in desktop pixels: xrandr on Linux (X11 or XWayland), AppKit through osascript on
 * macOS, Windows Forms through PowerShell on Windows. Numbered from 1, the main display first, then from left to right.
 */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export interface Display {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly isMain: boolean;
  readonly name: string;
}

const run = promisify(execFile);
const TIME_LIMIT_MS = 8_000;
/** Screens in AppKit run upward from the main screen's lower edge. */
const MAC_SCRIPT = `ObjC.import('AppKit'); const all = $.NSScreen.screens; const out = []; const main = all.objectAtIndex(0).frame.size.height;
for (let i = 0; i < all.count; i++) { const s = all.objectAtIndex(i), f = s.frame; out.push({ x: f.origin.x, y: main - f.origin.y - f.size.height, width: f.size.width, height: f.size.height, isMain: i === 0, name: ObjC.unwrap(s.localizedName) }); } JSON.stringify(out)`;
const WINDOWS_SCRIPT = 'Add-Type -AssemblyName System.Windows.Forms; ConvertTo-Json -Compress @([System.Windows.Forms.Screen]::AllScreens | ForEach-Object { @{ x = $_.Bounds.X; y = $_.Bounds.Y; width = $_.Bounds.Width; height = $_.Bounds.Height; isMain = $_.Primary; name = $_.DeviceName } })';

/** Empty where this machine does not say (no desktop, no such tool). */
export async function listDisplays(platform: NodeJS.Platform = process.platform): Promise<readonly Display[]> {
  try {
    if (platform === 'darwin') return inOrder(JSON.parse(await outputOf('osascript', ['-l', 'JavaScript', '-e', MAC_SCRIPT])) as Display[]);
    if (platform === 'win32') return inOrder(JSON.parse(await outputOf('powershell', ['-NoProfile', '-Command', WINDOWS_SCRIPT])) as Display[]);
    return inOrder(parseMonitors(await outputOf('xrandr', ['--listmonitors'])));
  } catch {
    return [];
  }
}

async function outputOf(command: string, args: readonly string[]): Promise<string> {
  return (await run(command, [...args], { timeout: TIME_LIMIT_MS, windowsHide: true })).stdout;
}

/** Reads `xrandr --listmonitors`: ` 0: +*eDP-1 1920/344x1080/194+0+0  eDP-1`. */
export function parseMonitors(text: string): Display[] {
  return [...text.matchAll(/^\s*\d+:\s+\+?(\*?)\S*\s+(\d+)\/\d+x(\d+)\/\d+([+-]\d+)([+-]\d+)\s+(\S+)/gm)].map(([, star, width, height, x, y, name]) => ({
    x: Number(x), y: Number(y), width: Number(width), height: Number(height), isMain: star === '*', name: name ?? '',
  }));
}

export function inOrder(displays: readonly Display[]): Display[] {
  return displays.toSorted((a, b) => Number(b.isMain) - Number(a.isMain) || a.x - b.x || a.y - b.y);
}
