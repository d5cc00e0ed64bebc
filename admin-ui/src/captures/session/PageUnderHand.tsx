import { Box } from '@mui/material';
import { type MouseEvent, type RefObject, useEffect, useRef } from 'react';
import { useTranslate } from 'react-admin';
import { visuallyHidden } from '../../parts/visually-hidden';
import { actOfKey, buttonOf, type SessionAct } from './acts';

interface Props {
  picture: string | null;
  width: number;
  height: number;
  title: string;
  driving: boolean;
  secret: boolean;
  act: (act: SessionAct) => void;
  /** Where F6 leads, so that nobody who works without a mouse is caught in the page. */
  leaveTo: RefObject<HTMLButtonElement | null>;
}

/** The page as a picture, with a field over it that takes mouse, keys and input method. Nothing of the page runs here. */
export const PageUnderHand = ({ picture, width, height, title, driving, secret, act, leaveTo }: Props) => {
  const translate = useTranslate();
  const field = useRef<HTMLTextAreaElement>(null);
  const composing = useRef(false);
  const place = (event: { clientX: number; clientY: number }) => {
    const box = field.current!.getBoundingClientRect();
    const within = (n: number, most: number) => Math.min(Math.max(0, Math.round(n)), most);
    return {
      x: within(((event.clientX - box.left) * width) / box.width, width),
      y: within(((event.clientY - box.top) * height) / box.height, height),
    };
  };
  // React listens to the wheel passively: then the console itself would scroll as well.
  useEffect(() => {
    const at = field.current;
    if (!at || !driving) return undefined;
    const turn = (event: WheelEvent) => {
      event.preventDefault();
      act({ kind: 'wheel', ...place(event), dx: Math.round(event.deltaX), dy: Math.round(event.deltaY) });
    };
    at.addEventListener('wheel', turn, { passive: false });
    return () => at.removeEventListener('wheel', turn);
  });
  const written = (text: string) => {
    if (text) act({ kind: 'text', text, secret });
    if (field.current) field.current.value = '';
  };
  const click = (event: MouseEvent) => {
    event.preventDefault();
    field.current?.focus();
    if (driving)
      act({ kind: 'click', ...place(event), button: buttonOf(event.button), count: Math.min(3, Math.max(1, event.detail)) });
  };
  return (
    <Box
      sx={{
        position: 'relative',
        width: '100%',
        aspectRatio: `${width || 1366} / ${height || 900}`,
        border: 2,
        borderColor: driving ? 'primary.main' : 'divider',
        '&:focus-within': { outline: '3px solid', outlineColor: 'warning.main' },
      }}
    >
      {picture && (
        <Box
          component="img"
          src={picture}
          alt={translate('console.session.picture', { title })}
          sx={{ position: 'absolute', inset: 0, width: '100%', height: '100%' }}
        />
      )}
      <Box component="span" id="session-help" sx={visuallyHidden}>
        {translate('console.session.help')}
      </Box>
      <Box
        component="textarea"
        ref={field}
        aria-label={translate('console.session.field', { title })}
        aria-describedby="session-help"
        readOnly={!driving}
        autoComplete="off"
        spellCheck={false}
        sx={{ position: 'absolute', inset: 0, width: '100%', height: '100%', opacity: 0, resize: 'none', cursor: 'default' }}
        onMouseDown={(event) => event.preventDefault()}
        onMouseUp={click}
        onContextMenu={(event) => event.preventDefault()}
        onMouseMove={(event) => driving && act({ kind: 'move', ...place(event) })}
        onKeyDown={(event) => {
          if (event.key === 'F6') {
            event.preventDefault();
            leaveTo.current?.focus();
            return;
          }
          if (!driving || composing.current || event.nativeEvent.isComposing) return;
          const key = actOfKey(event);
          if (!key) return;
          event.preventDefault();
          act(key);
        }}
        onCompositionStart={() => (composing.current = true)}
        onCompositionUpdate={(event) => act({ kind: 'compose', text: event.data, secret })}
        onCompositionEnd={(event) => {
          composing.current = false;
          written(event.data);
        }}
        onInput={(event) => {
          if (!composing.current && driving) written(event.currentTarget.value);
        }}
      />
    </Box>
  );
};
