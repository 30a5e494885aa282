"""MHD over HTTP: requests of FHIR to answers, by the actors behind them."""
