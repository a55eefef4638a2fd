import { useEffect, useRef, useState } from 'preact/hooks';
import { FrameCanvas } from '../state/frameCanvas.js';
import { hideTile, showTile } from '../state/liveConnection.js';
import type { LiveFrame } from '../state/liveFrame.js';

interface LiveCanvasProps {
  camera: string;
  label: string;
  isActive: boolean;
  /** Called with each frame. */
  onFrame: (frame: LiveFrame) => void;
}

/** The pictures of a camera with the faces in them. Asks for them only while it is on the screen. */
export function LiveCanvas({ camera, label, isActive, onFrame }: LiveCanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [key] = useState({});
  const [isVisible, setVisible] = useState(false);
  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const observer = new IntersectionObserver((entries) =>
      setVisible(entries.at(-1)?.isIntersecting ?? false),
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    const element = canvas.current;
    if (!element || !isVisible) return;
    const drawing = new FrameCanvas(element);
    const show = (frame: LiveFrame) => {
      drawing.show(frame);
      onFrame(frame);
    };
    const width = Math.ceil(element.clientWidth * devicePixelRatio);
    showTile(key, { camera, width, isActive, show });
    return () => hideTile(key);
  }, [camera, isActive, isVisible, key, onFrame]);
  return <canvas ref={canvas} class="picture" role="img" aria-label={label} width="640" height="360" />;
}
