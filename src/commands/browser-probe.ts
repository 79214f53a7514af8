/** Asks the machine's own browser what it draws with and where sound can go. */

import { launchBrowser } from '../video/browser.ts';

export interface BrowserProbe {
  readonly version: string;
  /** WebGL renderer, as the driver names itself. */
  readonly renderer: string;
  readonly isSoftware: boolean;
  readonly soundOutputs: number;
}

export async function probeBrowser(path: string): Promise<BrowserProbe> {
  const browser = await launchBrowser(path);
  try {
    const page = await browser.newPage();
    // Devices are listed on a secure origin only; nothing leaves the browser, the page is answered here.
    await page.route('http://localhost/', (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }));
    await page.goto('http://localhost/');
    const renderer = await page.evaluate(() => {
      const gl = document.createElement('canvas').getContext('webgl2');
      const about = gl?.getExtension('WEBGL_debug_renderer_info');
      return gl === null ? 'no WebGL 2' : String(gl.getParameter(about?.UNMASKED_RENDERER_WEBGL ?? gl.RENDERER));
    });
    const soundOutputs = await page.evaluate(async () => (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === 'audiooutput').length);
    return { version: browser.version(), renderer, isSoftware: /swiftshader|llvmpipe|softpipe|basic render|no webgl/i.test(renderer), soundOutputs };
  } finally {
    await browser.close();
  }
}
