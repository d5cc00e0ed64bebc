import type { CDPSession, Protocol } from 'puppeteer';
import { userAgentOf, type FreshBrowser } from './chromium/fresh-browser';
import type { Profile } from './domain/capture-order';

export const VIEWPORTS = {
  desktop: { width: 1366, height: 900, deviceScaleFactor: 1, mobile: false },
  mobile: { width: 390, height: 844, deviceScaleFactor: 2, mobile: true },
} as const;

/** Screen of the profile; what the warm browser has is the desktop's. */
export async function present(session: CDPSession, profile: Profile): Promise<void> {
  const viewport = VIEWPORTS[profile];
  await session.send('Emulation.setDeviceMetricsOverride', {
    ...viewport,
    screenWidth: viewport.width,
    screenHeight: viewport.height,
  });
  if (viewport.mobile) await session.send('Emulation.setTouchEmulationEnabled', { enabled: true, maxTouchPoints: 5 });
}

/** The mobile profile says that it is one; system and version stay the true ones. Null leaves the browser's own. */
export function identityOf(
  profile: Profile,
  fresh: FreshBrowser,
  locale: string,
): Protocol.Emulation.SetUserAgentOverrideRequest | null {
  if (!VIEWPORTS[profile].mobile) return null;
  const { version } = fresh.program;
  return {
    userAgent: agentOf(profile, fresh),
    acceptLanguage: `${locale},${locale.split('-')[0]}`,
    platform: 'Linux x86_64',
    userAgentMetadata: {
      brands: [
        { brand: 'Not:A-Brand', version: '8' },
        { brand: 'Chromium', version: version.split('.')[0] ?? '' },
      ],
      platform: 'Linux',
      platformVersion: '',
      architecture: '',
      model: '',
      mobile: true,
      fullVersion: version,
    },
  };
}

export function agentOf(profile: Profile, fresh: FreshBrowser): string {
  return VIEWPORTS[profile].mobile ? userAgentOf(fresh.program.version, true) : fresh.userAgent;
}
